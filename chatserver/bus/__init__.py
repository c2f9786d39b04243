"""Events between processes, through Redis."""
