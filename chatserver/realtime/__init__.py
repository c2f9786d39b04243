"""The live half: frames, sockets, and news between processes."""
