"""WebSockets: connections, mailboxes, presence, gap repair.

The phases of a connection:

1. Handshake: `web/api.py` checks the origin and the session, `handshake.py` the protocol version and the limits, then
   upgrades. `web/middlewares.py` passes the prepared socket to `sockets.py`.
2. Subscription: `sockets.py` adds the mailbox to the hub (`hub.py`) and waits until Redis has confirmed the user's
   channel.
3. Service: `connection.py` sends `hello`. Then a reader task parses and dispatches frames (`reader.py`, `frames/`)
   while the listener task, the only writer of the socket, sends what arrives in the mailbox (`mailbox.py`).
   `dispatcher.py` puts events from Redis there, `heartbeat.py` pings, `presence/` the presence of others.
4. Catch-up, whenever a thread is opened or a number is missing: the listener (`open_threads.py`) reads the missed
   messages from PostgreSQL and sends them before any later event. `gap_repair.py` delivers messages whose event never
   arrived.
5. Close: the mailbox ends with a close code, the reader ends, `sockets.py` releases what the socket held, and
   `close_log.py` writes one line. `heartbeat.py` and `session_checks.py` end sockets that are gone or signed out.
"""
