"""Threads, the messages in them, and what has been read."""
