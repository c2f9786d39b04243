"""What the server tells about itself: metrics, logs, the event loop's lag."""
