"""How often presence is polled, in seconds."""

OFTEN = 0.1  # seconds between looks
SELDOM = 1.0  # the same where a page is loaded in between
