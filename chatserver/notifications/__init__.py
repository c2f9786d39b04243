"""How people are reached when they are not looking: pushes to their browsers, and what these show."""
