"""Copies of a user's data."""
