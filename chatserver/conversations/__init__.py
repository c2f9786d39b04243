"""Threads, their messages, and read markers."""
