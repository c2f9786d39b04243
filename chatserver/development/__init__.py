"""What `make run` needs and production does not."""
