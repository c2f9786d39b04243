"""Web Push: what is unread is pushed to the browsers that subscribed (RFC 8030, 8188, 8291, 8292)."""
