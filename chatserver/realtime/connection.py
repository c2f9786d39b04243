"""One socket, from `hello` to close: the listener task, which sends what its mailbox gets, beside the reader task."""

import asyncio
import logging
from time import monotonic
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from chatserver.accounts.accounts import User
from chatserver.bus.events import (
    Event,
    ForServer,
    MessageStored,
    ParticipantRemoved,
    ReadMarkMoved,
    SessionEnded,
    SessionRenewed,
    TypingNoticed,
    UserHidden,
)
from chatserver.conversations.messages import message_frame, missed
from chatserver.conversations.threads import ThreadRequest
from chatserver.errors import ChatError, Unavailable
from chatserver.frames import encode
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.close_log import CloseInfo, note_end
from chatserver.realtime.frames import incoming
from chatserver.realtime.frames.outgoing import error_frame
from chatserver.realtime.mailbox import Item, Mailbox, PresenceChanged
from chatserver.realtime.reader import Reader, end_task
from chatserver.realtime.services import SocketServices
from chatserver.telemetry.metrics import CATCH_UPS, deliveries

log = logging.getLogger(__name__)

REPLAY_PAGE = 100  # messages read at once
RETRY_PAUSE = 1.0  # seconds until the server retries a gap that it could not read


class Connection:
    """One socket of a user: its reader task and its listener task, the only writer of the socket."""

    __slots__ = (
        "_address",
        "_began",
        "_end",
        "_frames_out",
        "_open",
        "_reader",
        "_services",
        "_transport",
        "_ws",
        "last_heard",
        "last_pinged",
        "mailbox",
        "sending_since",
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
        self._open: dict[int, int] = {}  # thread: this socket has all messages up to this number
        self.user = user
        self.session_key = session_key
        self.mailbox = Mailbox(services.config.queue_frames, services.config.queue_bytes)
        self._reader = Reader(services, user.id, self.mailbox)
        self.last_heard = self.last_pinged = monotonic()
        self.sending_since: float | None = None
        self._address = address
        self._began = self.last_heard
        self._end: CloseInfo | None = None  # set when the server ends the socket
        self._frames_out = 0

    async def run(self) -> None:
        """Serves the socket until it ends. The user's channel must be subscribed already."""
        hello = {"type": "hello", "user": {"id": self.user.id, "name": self.user.name}}
        await self._send(encode(hello))
        reading = asyncio.create_task(self._read())
        try:
            code = await self._write()
        finally:
            self._services.presence.forget(self.mailbox)
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
                self.last_heard = monotonic()
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
                await self._answering(item.thread, self._replay(item))
            case incoming.Close():
                self._close(item.thread)
            case PresenceChanged():
                await self._tell_presence()
            case _:
                await self._forward(item)

    async def _answering(self, thread: int, work: Any) -> None:
        try:
            await work
        except ChatError as error:
            await self._refuse(thread, error)

    async def _refuse(self, thread: int, error: ChatError) -> None:
        """Closes the thread and tells the browser, which would otherwise wait for its messages."""
        self._close(thread)
        await self._send(error_frame(error, thread=thread))

    def _close(self, thread: int) -> None:
        self._open.pop(thread, None)
        self._services.presence.unwatch(self.mailbox, thread)

    async def _forward(self, event: Event) -> None:
        """Sends an event to the browser, or handles one that is meant for the server itself."""
        match event:
            case MessageStored():
                await self._forward_message(event)
            case ReadMarkMoved(_, frame) | TypingNoticed(_, frame):
                await self._send(frame)
            case _:
                await self._follow(event)

    async def _follow(self, event: ForServer) -> None:
        match event:
            case SessionEnded(key):
                if key == self.session_key:
                    self.mailbox.close(CloseCode.SIGNED_OUT)
            case SessionRenewed(old_key, new_key):
                if old_key == self.session_key:
                    self.session_key = new_key
            case UserHidden(user_id):
                if self._services.presence.hide(self.mailbox, user_id):
                    await self._send(event.frame)
            case ParticipantRemoved(thread):
                if thread in self._open:
                    await self._refuse(thread, ChatError("no_such_thread"))

    async def _forward_message(self, event: MessageStored) -> None:
        """Sends a message: in an open thread in order, without gap or repetition; in any other thread as it arrives."""
        last = self._open.get(event.thread)
        if last is not None:
            if event.seq <= last:
                return
            if event.seq > last + 1:
                await self._fill_gap(event)
                return
            self._open[event.thread] = event.seq
        await self._send(event.frame)
        deliveries.count()
        if last is not None:
            deliveries.time(event.frame)

    async def _fill_gap(self, event: MessageStored) -> None:
        CATCH_UPS.labels("gap").inc()
        try:
            await self._catch_up(event.thread)
        except Unavailable:
            asyncio.get_running_loop().call_later(RETRY_PAUSE, self.mailbox.put, event)
        except ChatError as error:  # the user is no longer a participant
            await self._refuse(event.thread, error)

    async def _replay(self, frame: incoming.Open) -> None:
        """Opens a thread: sends missed messages, then `opened`. Live events wait in the mailbox meanwhile."""
        config = self._services.config
        if 0 < config.max_open_threads <= len(self._open) and frame.thread not in self._open:
            raise ChatError("too_many", retry_after=0)
        thread = await self._services.thread_loader.submit(ThreadRequest(frame.thread, self.user.id))
        after = thread.total if frame.after is None else frame.after
        if after > thread.total or 0 < config.replay_limit < thread.total - after:
            CATCH_UPS.labels("reset").inc()
            self._close(thread.id)
            await self._send(encode({"type": "reset", "thread": thread.id}))
            return
        self._open[thread.id] = after
        if after < thread.total:
            await self._catch_up(thread.id)
            CATCH_UPS.labels("replay").inc()
        people = [person.as_frame() for person in thread.people]
        await self._send(
            encode({"type": "opened", "thread": thread.id, "last": self._open[thread.id], "people": people})
        )
        others = tuple(person.id for person in thread.people if person.id != self.user.id and person.shows_online)
        self._services.presence.watch(self.mailbox, thread.id, others)
        await self._tell_presence()

    async def _tell_presence(self) -> None:
        for frame in self._services.presence.news(self.mailbox):
            await self._send(frame)

    async def _catch_up(self, thread_id: int) -> None:
        """Sends an open thread's messages up to its last, page by page; each send waits for room in the buffer."""
        more = True
        while more:
            after = self._open[thread_id]
            page, last = await missed(self._services.db, thread_id, self.user.id, after, REPLAY_PAGE)
            for message in page:
                await self._send(message_frame(message))
                self._open[thread_id] = message.seq
            more = bool(page) and self._open[thread_id] < last

    async def _send(self, text: str) -> None:
        """Sends a frame. Raises ConnectionError when the browser is gone; `Sockets.keep_time` aborts a stuck send."""
        self.sending_since = monotonic()
        await self._ws.send_str(text)
        self.sending_since = None
        self._frames_out += 1

    def note_end(self) -> None:
        """Logs the end of the socket: with the server's close code if it gave one, else the browser's."""
        note_end(
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
