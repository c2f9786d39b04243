"""Private messages for any website, in real time."""

__version__ = "0.1.0"
