"""Closes the sockets of ended sessions, in case the event of the end was lost."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from time import monotonic

from chatserver.errors import ChatError
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.connection import Connection

TICK = 1.0  # seconds until the session of a new socket is checked: a sign-out during its handshake sent it no event


class SessionChecks:
    """Checks the sessions of new sockets soon, and of all sockets every `interval` seconds (0 = never).

    `connections`: the sockets of this process, to which new ones are added meanwhile. `find_ended` returns the given
    session keys that have ended; raises Unavailable.
    """

    def __init__(
        self,
        interval: float,
        connections: AbstractSet[Connection],
        find_ended: Callable[[set[str]], Awaitable[set[str]]],
    ) -> None:
        self._interval = interval
        self._connections = connections
        self._find_ended = find_ended
        self._checked_all_at = monotonic()

    def check_all_soon(self) -> None:
        """Makes the next check include all sessions: Redis is available again, but may have lost them."""
        self._checked_all_at = -math.inf

    async def run(self) -> None:
        """Checks until cancelled."""
        while self._interval:
            await asyncio.sleep(TICK)
            if monotonic() - self._checked_all_at >= self._interval:
                self._checked_all_at = monotonic()
                for connection in self._connections:
                    connection.session_checked = False
            unchecked = [connection for connection in self._connections if not connection.session_checked]
            try:
                ended = await self._find_ended({connection.session_key for connection in unchecked})
            except ChatError:
                continue
            for connection in unchecked:
                connection.session_checked = True
                if connection.session_key in ended:
                    connection.mailbox.close(CloseCode.SIGNED_OUT)
