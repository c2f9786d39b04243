"""Handles the frames that a browser sends: parses, checks and dispatches each, or answers with an error."""

import asyncio

from aiohttp import WSMessage

from chatserver.bus.events import TypingNoticed
from chatserver.conversations.access import ThreadRequest, typing_recipients
from chatserver.conversations.changes import NewChange
from chatserver.conversations.deletions import deletion
from chatserver.conversations.edits import edit
from chatserver.conversations.message_store import StoredMessage
from chatserver.conversations.reactions import reaction
from chatserver.conversations.read_markers import ReadMarker, ReadPlace
from chatserver.conversations.sending import CheckedMessage
from chatserver.errors import ChatError
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.frames import incoming
from chatserver.realtime.frames.outgoing import PONG, done_frame, error_frame, sent_frame, typing_frame
from chatserver.realtime.frames.parsing import BadFrame, echo_of, parse
from chatserver.realtime.mailbox import Mailbox
from chatserver.realtime.rate_limits import too_many
from chatserver.realtime.services import SocketServices
from chatserver.telemetry.trace import trace
from chatserver.validation import clean_text


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
            frame = parse(message.data)
            try:
                if wait:
                    raise too_many(wait)
                self._dispatch(frame)
            except ChatError as error:
                raise BadFrame(error, echo_of(frame)) from None
        except BadFrame as error:
            self._mailbox.put(error_frame(error, **error.echo))
            if (wait or error.code == "too_many") and rates.refusals.acquire(self):
                self._mailbox.close(CloseCode.POLICY)

    def _dispatch(self, frame: incoming.Frame) -> None:
        match frame:
            case incoming.Send():
                self._send(frame)
            case incoming.Edit() | incoming.Delete() | incoming.React():
                self._change(frame)
            case incoming.Open() | incoming.Close():
                self._mailbox.put(frame)  # the listener handles it in order with what it sends
            case incoming.Read(thread, seq):
                self._mark(self._request(thread), seq)
            case incoming.Typing(thread):
                if self._typing is None or self._typing.done():
                    self._typing = asyncio.create_task(self._publish_typing(self._request(thread)))
            case incoming.Ping():
                self._mailbox.put(PONG)

    def _request(self, thread: int) -> ThreadRequest:
        return ThreadRequest(thread, self._user_id)

    def _send(self, frame: incoming.Send) -> None:
        """Sends a message; acknowledges it after the commit. Raises ChatError."""
        checked = self._services.sending.check(frame.id, frame.text, limited_for=self._user_id, files=frame.files)
        stored = self._services.sending.submit(self._request(frame.thread), checked, frame.reply)
        stored.add_done_callback(lambda future: self._answer(frame.thread, checked, future))

    def _answer(self, thread: int, checked: CheckedMessage, future: "asyncio.Future[StoredMessage]") -> None:
        try:
            stored = future.result()
        except ChatError as error:
            self._mailbox.put(error_frame(error, id=checked.client_id, thread=thread))
        else:
            self._mailbox.put(sent_frame(thread, checked.client_id, stored))
            if trace.on:
                trace.step(checked.client_id, "acknowledged")

    def _change(self, frame: incoming.Change) -> None:
        """Changes a message; answers after the commit. Raises ChatError; the rate is checked before the text."""
        self._services.rates.messages.check(self._user_id)
        done = self._services.change_store.submit(self._new_change(frame))

        def answer(future: "asyncio.Future[int]") -> None:
            try:
                self._mailbox.put(done_frame(frame.thread, frame.id, future.result()))
            except ChatError as error:
                self._mailbox.put(error_frame(error, id=frame.id, thread=frame.thread))

        done.add_done_callback(answer)

    def _new_change(self, frame: incoming.Change) -> NewChange:
        request, config = self._request(frame.thread), self._services.config
        match frame:
            case incoming.Edit(_, _, seq, text, base):
                return edit(request, seq, clean_text(text, config.max_message_chars, may_be_empty=True), base)
            case incoming.Delete(_, _, seq):
                return deletion(request, seq)
            case incoming.React(_, _, seq, emoji, on):
                return reaction(config, request, seq, emoji, on=on)

    def _mark(self, request: ThreadRequest, seq: int) -> None:
        def answer(future: "asyncio.Future[ReadPlace]") -> None:
            error = future.exception()
            if isinstance(error, ChatError):
                self._mailbox.put(error_frame(error, thread=request.thread_id))

        self._services.read_markers.submit(ReadMarker(request, seq)).add_done_callback(answer)

    async def _publish_typing(self, request: ThreadRequest) -> None:
        thread, me = request
        try:
            people = await typing_recipients(self._services.db, request)
        except ChatError as error:
            self._mailbox.put(error_frame(error, thread=thread))
            return
        limit = self._services.config.announce_people
        if not limit or len(people) <= limit:
            event = TypingNoticed(thread, typing_frame(thread, me))
            self._services.publisher.publish([user_id for user_id in people if user_id != me], event)

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
