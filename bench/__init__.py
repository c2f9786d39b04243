"""How fast and how small the product is, against the limit of its parts: `make bench`."""
