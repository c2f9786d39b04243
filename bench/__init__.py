"""`make bench` measures the speed and size of the product against the limits of its parts."""
