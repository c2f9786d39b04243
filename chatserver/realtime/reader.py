"""Handles the frames that a browser sends: parses, checks and dispatches each, or answers with an error."""

import asyncio
from math import ceil

from aiohttp import WSMessage

from chatserver.bus.events import TypingNoticed
from chatserver.conversations.message_store import NewMessage, StoredMessage
from chatserver.conversations.read_markers import ReadMarker
from chatserver.errors import ChatError, Unavailable
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.frames import incoming
from chatserver.realtime.frames.outgoing import PONG, error_frame, sent_frame, typing_frame
from chatserver.realtime.frames.parsing import BadFrame, echo_of, parse
from chatserver.realtime.mailbox import Mailbox
from chatserver.realtime.services import SocketServices


class Reader:
    """Dispatches the frames of one socket. Puts answers into the mailbox; the listener task sends them."""

    __slots__ = ("_mailbox", "_services", "_typing", "_user_id", "frames")

    def __init__(self, services: SocketServices, user_id: int, mailbox: Mailbox) -> None:
        self._services = services
        self._user_id = user_id
        self._mailbox = mailbox
        self._typing: asyncio.Task[None] | None = None
        self.frames = 0

    def on_frame(self, message: WSMessage) -> None:
        """Dispatches a frame, or answers it with an error. Closes a socket that ignores the rate limit."""
        self.frames += 1
        rates = self._services.rates
        wait = rates.frames.acquire(self)
        try:
            frame = parse(message.data, self._services.config.max_message_chars)
            if not wait and isinstance(frame, incoming.Send):
                wait = rates.messages.acquire(self._user_id)
            if wait:
                raise BadFrame(ChatError("too_many", retry_after=ceil(wait * 1000) / 1000), echo_of(frame))
            self._dispatch(frame)
        except BadFrame as error:
            self._mailbox.put(error_frame(error, **error.echo))
        if wait and rates.refusals.acquire(self):
            self._mailbox.close(CloseCode.POLICY)

    def _dispatch(self, frame: incoming.Frame) -> None:
        match frame:
            case incoming.Send():
                self._store(frame)
            case incoming.Open() | incoming.Close():
                self._mailbox.put(frame)  # the listener handles it in order with what it sends
            case incoming.Read(thread, seq):
                self._mark(thread, seq)
            case incoming.Typing(thread):
                if self._typing is None or self._typing.done():
                    self._typing = asyncio.create_task(self._publish_typing(thread))
            case incoming.Ping():
                self._mailbox.put(PONG)

    def _store(self, frame: incoming.Send) -> None:
        """Submits the message to the store; acknowledges it after the commit."""
        try:
            stored = self._services.message_store.submit(NewMessage(frame.thread, self._user_id, frame.id, frame.text))
        except Unavailable as error:
            self._mailbox.put(error_frame(error, id=frame.id, thread=frame.thread))
            return
        stored.add_done_callback(lambda future: self._answer(frame, future))

    def _answer(self, frame: incoming.Send, future: "asyncio.Future[StoredMessage]") -> None:
        try:
            seq, sent_at = future.result()
        except ChatError as error:
            self._mailbox.put(error_frame(error, id=frame.id, thread=frame.thread))
        else:
            self._mailbox.put(sent_frame(frame.thread, frame.id, seq, sent_at))

    def _mark(self, thread: int, seq: int) -> None:
        def answer(future: "asyncio.Future[None]") -> None:
            error = future.exception()
            if isinstance(error, ChatError):
                self._mailbox.put(error_frame(error, thread=thread))

        try:
            self._services.read_markers.submit(ReadMarker(thread, self._user_id, seq)).add_done_callback(answer)
        except Unavailable as error:
            self._mailbox.put(error_frame(error, thread=thread))

    async def _publish_typing(self, thread: int) -> None:
        try:
            rows = await self._services.db.query("participants_of", thread_id=thread, user_id=self._user_id)
            if not rows:
                raise ChatError("no_such_thread")
        except ChatError as error:
            self._mailbox.put(error_frame(error, thread=thread))
            return
        limit = self._services.config.announce_people
        if not limit or len(rows) <= limit:
            event = TypingNoticed(thread, typing_frame(thread, self._user_id))
            self._services.publisher.publish([user_id for (user_id,) in rows if user_id != self._user_id], event)

    async def close(self) -> None:
        """Forgets the socket's rate limits and waits for its running tasks to end."""
        self._services.rates.frames.forget(self)
        self._services.rates.refusals.forget(self)
        await end_task(self._typing)


async def end_task(task: asyncio.Task[None] | None) -> None:
    """Cancels a task and waits for its end."""
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
