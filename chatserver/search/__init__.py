"""Search in one's messages: the index that follows what is sent and changed, and the questions asked of it."""
