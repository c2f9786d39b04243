"""The frames of the WebSocket (`docs/protocol.md`), in both directions. No I/O."""
