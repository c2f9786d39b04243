"""The scenarios; each is a generator of figures, given a stage."""
