"""The processes: the application, gunicorn's worker, checks before the start."""
