"""`make run`: the embedded PostgreSQL and Valkey, reloading, the demo. The production wheel leaves it out."""
