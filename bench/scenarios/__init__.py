"""A scenario each: a generator of figures, for a stage."""
