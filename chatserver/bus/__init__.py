"""Redis: events between the processes."""
