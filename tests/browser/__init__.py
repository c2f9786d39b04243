"""People use the chat in real browsers."""
