"""One socket, from `hello` to close: the listener task, which sends what its mailbox gets, beside the reader task."""

import asyncio
import logging
from time import monotonic

from aiohttp import WSCloseCode, WSMsgType, web

from chatserver.accounts.accounts import User
from chatserver.bus.events import (
    ForServer,
    ListGrown,
    ManyMessagesChanged,
    MessageChanged,
    MessageStored,
    NoteAdded,
    ParticipantRemoved,
    ReadMarkMoved,
    SessionEnded,
    SessionRenewed,
    ThreadGrown,
    ThreadMuted,
    TypingNoticed,
    UserHidden,
    UserRenamed,
)
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.close_log import CloseInfo, log_end
from chatserver.realtime.frames import incoming
from chatserver.realtime.frames.outgoing import hello_frame
from chatserver.realtime.mailbox import Item, Mailbox, PresenceChanged
from chatserver.realtime.open_threads import OpenThreads
from chatserver.realtime.reader import Reader, end_task
from chatserver.realtime.services import SocketServices

log = logging.getLogger(__name__)


class Connection:
    """One socket of a user: its reader task and its listener task, the only writer of the socket."""

    __slots__ = (
        "_address",
        "_began",
        "_end",
        "_frames_out",
        "_reader",
        "_services",
        "_threads",
        "_transport",
        "_ws",
        "last_pinged",
        "last_received",
        "mailbox",
        "sending_since",
        "session_checked",
        "session_key",
        "user",
    )

    def __init__(
        self,
        services: SocketServices,
        ws: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        user: User,
        session_key: str,
        *,
        address: str,
    ) -> None:
        self._services = services
        self._ws = ws
        self._transport = transport
        self.user = user
        self.session_key = session_key
        self.session_checked = False
        self.mailbox = Mailbox(services.config.queue_frames, services.config.queue_bytes)
        self._reader = Reader(services, user.id, self.mailbox)
        self._threads = OpenThreads(services, user.id, self.mailbox, self._send)
        self.last_received = self.last_pinged = monotonic()
        self.sending_since: float | None = None
        self._address = address
        self._began = self.last_received
        self._end: CloseInfo | None = None  # set when the server ends the socket
        self._frames_out = 0

    async def run(self) -> None:
        """Serves the socket until it ends. The user's channel must be subscribed already."""
        await self._send(hello_frame(self.user))
        reading = asyncio.create_task(self._read())
        try:
            code = await self._write()
        finally:
            self._services.watchers.forget(self.mailbox)
            # The reader ends before the close: only then aiohttp waits for the browser's answer (RFC 6455 §7.1.1).
            await end_task(reading)
            await self._reader.close()
        if code is not None:
            self._end = self._end or CloseInfo(code, "server")
            await self._ws.close(code=code)

    async def _read(self) -> None:
        """Reads frames until the socket ends, then closes the mailbox."""
        try:
            while (message := await self._ws.receive()).type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                self.last_received = monotonic()
                self._reader.on_frame(message)
        finally:
            self.mailbox.close(None)

    async def _write(self) -> CloseCode | None:
        """The listener task: sends what the mailbox gets, in order. Nothing else writes to the socket.

        Returns the code to close with, or None when the browser is gone.
        """
        try:
            while True:
                item = await self.mailbox.get()
                if item is None or isinstance(item, CloseCode):
                    return item
                await self._handle(item)
        except ConnectionError:  # the browser is gone; the reader notices too
            return None
        except Exception:
            log.exception("a socket's listener failed")
            return CloseCode.GOING_AWAY

    async def _handle(self, item: Item) -> None:
        match item:
            case str():
                await self._send(item)
            case incoming.Open():
                await self._threads.open(item)
            case incoming.Close():
                self._threads.close(item.thread)
            case PresenceChanged():
                await self._threads.send_presence()
            case MessageStored():
                await self._threads.forward(item)
            case (
                ReadMarkMoved(_, frame)
                | TypingNoticed(_, frame)
                | ThreadMuted(_, frame)
                | UserRenamed(frame)
                | ListGrown(frame)
            ):
                await self._send(frame)
            case MessageChanged():
                await self._threads.forward_change(item)
            case ManyMessagesChanged():
                await self._threads.forward_many(item)
            case NoteAdded():
                await self._threads.forward_note(item)
            case _:
                await self._apply(item)

    async def _apply(self, event: ForServer) -> None:
        """Applies an event that is meant for the server itself."""
        match event:
            case SessionEnded(key):
                if key == self.session_key:
                    self.mailbox.close(CloseCode.SIGNED_OUT)
            case SessionRenewed(old_key, new_key):
                if old_key == self.session_key:
                    self.session_key = new_key
            case UserHidden(user_id):
                if self._services.watchers.hide(self.mailbox, user_id):
                    await self._send(event.frame)
            case ParticipantRemoved():
                await self._threads.remove(event)
            case ThreadGrown(thread_id):
                await self._threads.reload(thread_id)

    async def _send(self, text: str) -> None:
        """Sends a frame. Raises ConnectionError when the browser is gone; `heartbeat.py` aborts a stuck send."""
        self.sending_since = monotonic()
        await self._ws.send_str(text)
        self.sending_since = None
        self._frames_out += 1

    def log_end(self) -> None:
        """Logs the end of the socket: with the server's close code if it gave one, else the browser's."""
        log_end(
            self._end or CloseInfo(self._ws.close_code or WSCloseCode.ABNORMAL_CLOSURE, "browser"),
            user_id=self.user.id,
            address=self._address,
            seconds=monotonic() - self._began,
            frames_in=self._reader.frames,
            frames_out=self._frames_out,
        )

    def abort(self, why: str) -> None:
        """Drops the connection without a close frame; `why`: the peer takes (`stuck`) or sends (`silent`) nothing."""
        self._end = CloseInfo(WSCloseCode.ABNORMAL_CLOSURE, why)
        if self._transport is not None:
            self._transport.abort()
