"""Pictures and files: receiving, encoding and storing them, and removing what nobody needs any more."""
