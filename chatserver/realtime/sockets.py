"""The sockets of a process, from the end of the handshake to the close."""

import asyncio
import contextlib
import logging

from chatserver.bus.subscriber import Subscriber
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.connection import Connection
from chatserver.realtime.handshake import CLOSE_TIMEOUT
from chatserver.realtime.hub import Hub
from chatserver.realtime.services import SocketServices
from chatserver.telemetry import metrics

log = logging.getLogger(__name__)


class Sockets:
    """Serves sockets, and closes all of them at shutdown."""

    def __init__(self, services: SocketServices, hub: Hub, subscriber: Subscriber) -> None:
        self._services = services
        self._hub = hub
        self._subscriber = subscriber
        self._left = asyncio.Event()
        self._closing = False
        self.connections: set[Connection] = set()

    @property
    def longest_mailbox(self) -> int:
        """The largest number of frames that wait for one socket. Takes a millisecond for 10,000 sockets."""
        return max((connection.mailbox.waiting for connection in self.connections), default=0)

    async def serve(self, connection: Connection) -> None:
        """Serves a socket until it ends, then releases what it holds."""
        user = connection.user
        metrics.HANDSHAKES.inc()
        self.connections.add(connection)
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
            self.connections.discard(connection)
            self._left.set()
            if self._hub.leave(user.id, connection.mailbox):
                self._subscriber.remove(user.id)
                self._services.last_online.user_left(user.id)
            connection.log_end()

    async def close_all(self) -> None:
        """Closes all sockets with `GOING_AWAY`; waits `CLOSE_TIMEOUT` seconds for answers, not for waiting frames."""
        self._closing = True
        for connection in self.connections:
            connection.mailbox.close(CloseCode.GOING_AWAY)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                while self.connections:
                    self._left.clear()
                    await self._left.wait()
