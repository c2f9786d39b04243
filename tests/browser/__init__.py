"""Stories told by people at real browsers."""
