"""Pings sockets, and aborts those that are silent or stuck."""

import asyncio
from collections.abc import Set as AbstractSet
from time import monotonic

from chatserver.config.settings import Config
from chatserver.realtime.connection import Connection
from chatserver.realtime.frames.outgoing import PING

TICK = 1.0  # seconds between checks of all sockets' timers


async def keep_beating(config: Config, connections: AbstractSet[Connection]) -> None:
    """Checks the given sockets, to which new ones are added meanwhile, until cancelled: one timer for all."""
    while True:
        await asyncio.sleep(TICK)
        now = monotonic()
        for connection in list(connections):
            stuck = connection.sending_since is not None and now - connection.sending_since > config.send_timeout
            if (config.send_timeout and stuck) or 0 < config.silence_timeout < now - connection.last_received + TICK:
                connection.abort("stuck" if stuck else "silent")
            elif 0 < config.ping_interval < now - connection.last_pinged:
                connection.last_pinged = now
                connection.mailbox.put(PING)
