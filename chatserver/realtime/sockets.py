"""All sockets of a process: the handshake, the pings, the session checks and the shutdown."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Awaitable, Callable
from time import monotonic

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.bus.subscriber import Subscriber
from chatserver.errors import ChatError
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.connection import Connection
from chatserver.realtime.frames.outgoing import PING
from chatserver.realtime.hub import Hub
from chatserver.realtime.services import SocketServices
from chatserver.telemetry import metrics

log = logging.getLogger(__name__)

TICK = 1.0  # seconds between checks of all sockets' timers
HANDSHAKES = 50  # at once; after a restart thousands wait for their turn instead of all timing out together
ONE_LESS = 30.0  # Retry-After, in seconds, when a user has too many sockets
GOODBYE = 1.0  # seconds for all sockets together to answer a close


class PreparedSocket(web.WebSocketResponse):
    """A socket after its handshake; `Sockets.serve` serves its connection."""

    connection: Connection


class Sockets:
    """Serves the sockets of a process. `ended` returns the given session keys that have ended; raises Unavailable."""

    def __init__(
        self,
        services: SocketServices,
        hub: Hub,
        subscriber: Subscriber,
        ended: Callable[[set[str]], Awaitable[set[str]]],
    ) -> None:
        self._services = services
        self._hub = hub
        self._subscriber = subscriber
        self._ended = ended
        self._connections: set[Connection] = set()
        self._unchecked: set[Connection] = set()  # a sign-out during the handshake sends them no event
        self._checked_all_at = monotonic()
        self._left = asyncio.Event()
        self._closing = False
        self.handshakes = asyncio.Semaphore(HANDSHAKES)

    async def upgrade(self, request: web.Request, user: User, session_key: str, address: str) -> "PreparedSocket":
        """Does the handshake of a request that was found to be allowed a socket.

        Raises ChatError `too_many`, or `bad_frame` for another version of the protocol.
        """
        config = self._services.config
        if request.headers.get("Sec-WebSocket-Version") != "13":  # aiohttp accepts drafts, too (RFC 6455 §4.1)
            raise ChatError("bad_frame")
        self._services.rates.handshakes.check(user.id)
        if 0 < config.sockets_per_person <= self._hub.count(user.id):
            raise ChatError("too_many", retry_after=ONE_LESS)
        max_size = config.max_frame_bytes and config.max_frame_bytes + 1  # aiohttp refuses exactly max_msg_size, too
        ws = PreparedSocket(max_msg_size=max_size, compress=False, timeout=GOODBYE)  # compressed: 90 KiB more
        try:
            await ws.prepare(request)
        except ConnectionResetError:
            raise web.HTTPBadRequest from None  # the browser is gone already: no error of the server
        ws.headers.clear()  # sent already; kept, they would take memory for ten thousand sockets
        request.clear()
        ws.connection = Connection(self._services, ws, request.transport, user, session_key, address=address)
        return ws

    @property
    def count(self) -> int:
        """The number of sockets of this process."""
        return len(self._connections)

    @property
    def longest_mailbox(self) -> int:
        """The largest number of frames that wait for one socket. Takes a millisecond for 10,000 sockets."""
        return max((connection.mailbox.waiting for connection in self._connections), default=0)

    async def serve(self, connection: Connection) -> None:
        """Serves a socket until it ends, then releases what it holds."""
        user = connection.user
        metrics.HANDSHAKES.inc()
        self._connections.add(connection)
        self._unchecked.add(connection)
        self._hub.join(user.id, connection.mailbox)
        if self._closing:  # shutdown began during its handshake
            connection.mailbox.close(CloseCode.GOING_AWAY)
        elif 0 < self._services.config.sockets_per_person < self._hub.count(user.id):  # others came at the same moment
            connection.mailbox.close(CloseCode.POLICY)
        try:
            await self._subscriber.add(user.id)
            await connection.run()
        except ConnectionError:
            pass  # gone before hello
        except Exception:
            log.exception("a socket failed")  # after the upgrade no error page can be sent
        finally:
            self._connections.discard(connection)
            self._unchecked.discard(connection)
            self._left.set()
            if self._hub.leave(user.id, connection.mailbox):
                self._subscriber.remove(user.id)
                self._services.last_online.user_left(user.id)
            connection.note_end()

    async def keep_time(self) -> None:
        """Pings all sockets and aborts those that are silent or stuck, until cancelled: one timer for all."""
        config = self._services.config
        while True:
            await asyncio.sleep(TICK)
            now = monotonic()
            for connection in list(self._connections):
                stuck = connection.sending_since is not None and now - connection.sending_since > config.send_timeout
                if (config.send_timeout and stuck) or 0 < config.silence_timeout < now - connection.last_heard + TICK:
                    connection.abort("stuck" if stuck else "silent")
                elif 0 < config.ping_interval < now - connection.last_pinged:
                    connection.last_pinged = now
                    connection.mailbox.put(PING)

    async def keep_checking(self) -> None:
        """Closes the sockets of ended sessions, in case the event of the end was lost; runs until cancelled.

        Checks new sockets within a second, and all of them every `session_recheck` seconds.
        """
        interval = self._services.config.session_recheck
        while interval:
            await asyncio.sleep(TICK)
            if monotonic() - self._checked_all_at >= interval:
                self._unchecked |= self._connections
                self._checked_all_at = monotonic()
            checking, self._unchecked = self._unchecked, set()
            try:
                ended = await self._ended({connection.session_key for connection in checking})
            except ChatError:
                self._unchecked |= checking & self._connections
                continue
            for connection in checking:
                if connection.session_key in ended:
                    connection.mailbox.close(CloseCode.SIGNED_OUT)

    def recheck_sessions(self) -> None:
        """Makes the next check include all sessions: Redis is available again, but may have lost them."""
        self._checked_all_at = -math.inf

    async def close_all(self) -> None:
        """Closes every socket with `GOING_AWAY`; waits `GOODBYE` seconds for the answers, not for waiting frames."""
        self._closing = True
        for connection in self._connections:
            connection.mailbox.close(CloseCode.GOING_AWAY)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                while self._connections:
                    self._left.clear()
                    await self._left.wait()
