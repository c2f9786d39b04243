"""Users: names, passwords, sessions, privacy, blocks."""
