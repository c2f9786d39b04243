"""Checks that the server can run here, before it starts: one module for each thing that it needs."""
