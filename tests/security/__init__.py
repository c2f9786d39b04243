"""What keeps people out of where they don't belong."""
