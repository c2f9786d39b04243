"""What leaves the server for addresses that others name, in a process of its own."""
