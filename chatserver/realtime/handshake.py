"""The handshake of a socket: checks the limits, then upgrades the request."""

import asyncio

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.errors import ChatError
from chatserver.realtime.connection import Connection
from chatserver.realtime.hub import Hub
from chatserver.realtime.services import SocketServices

AT_ONCE = 50  # after a restart thousands wait for their turn instead of all timing out together
RETRY_AFTER = 30.0  # seconds, when a user has too many sockets
CLOSE_TIMEOUT = 1.0  # seconds for the browser to answer a close


class PreparedSocket(web.WebSocketResponse):
    """A socket after its handshake; `Sockets.serve` serves its connection."""

    connection: Connection


class Handshake:
    """Upgrades requests. `turns` limits how many sessions are read from Redis at once."""

    def __init__(self, services: SocketServices, hub: Hub) -> None:
        self._services = services
        self._hub = hub
        self.turns = asyncio.Semaphore(AT_ONCE)

    async def upgrade(self, request: web.Request, user: User, session_key: str, address: str) -> PreparedSocket:
        """Upgrades a request whose origin and session have been checked.

        Raises ChatError `too_many`, or `bad_frame` for another version of the protocol.
        """
        config = self._services.config
        if request.headers.get("Sec-WebSocket-Version") != "13":  # aiohttp accepts drafts, too (RFC 6455 §4.1)
            raise ChatError("bad_frame")
        self._services.rates.handshakes.check(user.id)
        if 0 < config.sockets_per_person <= self._hub.count(user.id):
            raise ChatError("too_many", retry_after=RETRY_AFTER)
        max_size = config.max_frame_bytes and config.max_frame_bytes + 1  # aiohttp refuses exactly max_msg_size, too
        ws = PreparedSocket(max_msg_size=max_size, compress=False, timeout=CLOSE_TIMEOUT)  # compressed: 90 KiB more
        try:
            await ws.prepare(request)
        except ConnectionResetError:
            raise web.HTTPBadRequest from None  # the browser is gone, which is not an error of the server
        ws.headers.clear()  # sent already; kept, they would take memory for ten thousand sockets
        request.clear()
        ws.connection = Connection(self._services, ws, request.transport, user, session_key, address=address)
        return ws
