"""How often presence is polled, in seconds."""

OFTEN = 0.1  # seconds between polls
SELDOM = 1.0  # the same for tests that load a page in between
