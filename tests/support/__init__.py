"""Helpers that tests share: people, servers, programs."""
