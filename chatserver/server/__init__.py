"""The processes: the application's wiring, gunicorn's settings and worker, checks before the start, metrics."""
