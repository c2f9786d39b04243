"""Mails: to confirm an address, and a digest of what stayed unread."""
