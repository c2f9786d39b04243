"""The server as an attacker sees it: bytes on a connection."""
