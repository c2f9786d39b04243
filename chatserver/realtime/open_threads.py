"""The threads that a browser shows: their messages in order, without gap or repetition."""

import asyncio
from collections.abc import Awaitable, Callable

from chatserver.bus.events import MessageStored
from chatserver.conversations.access import Membership, ThreadRequest, outsider
from chatserver.conversations.messages import message_frame, missed
from chatserver.errors import ChatError, Unavailable
from chatserver.realtime.frames.incoming import Open
from chatserver.realtime.frames.outgoing import error_frame, opened_frame, reset_frame
from chatserver.realtime.mailbox import Mailbox
from chatserver.realtime.services import SocketServices
from chatserver.telemetry.metrics import CATCH_UPS, deliveries

REPLAY_PAGE = 100  # messages read at once
RETRY_PAUSE = 1.0  # seconds until the server retries a gap that it could not read


class OpenThreads:
    """The open threads of one socket. Only the listener task calls it; `send` writes a frame to the socket."""

    __slots__ = ("_last", "_mailbox", "_memberships", "_send", "_services", "_user_id")

    def __init__(
        self, services: SocketServices, user_id: int, mailbox: Mailbox, send: Callable[[str], Awaitable[None]]
    ) -> None:
        self._services = services
        self._user_id = user_id
        self._mailbox = mailbox
        self._send = send
        self._last: dict[int, int] = {}  # thread: the browser has all its messages up to this number
        self._memberships: dict[int, Membership] = {}  # of the same threads

    async def open(self, frame: Open) -> None:
        """Opens a thread and replays what the browser missed, or answers with an error."""
        try:
            await self._replay(frame)
        except ChatError as error:
            await self._refuse(frame.thread, error)

    async def _replay(self, frame: Open) -> None:
        """Sends missed messages, then `opened`. Live events wait in the mailbox meanwhile."""
        config = self._services.config
        if 0 < config.max_open_threads <= len(self._last) and frame.thread not in self._last:
            raise ChatError("too_many", retry_after=0)
        thread = await self._services.thread_loader.submit(ThreadRequest(frame.thread, self._user_id))
        after = thread.total if frame.after is None else frame.after
        if after > thread.total or 0 < config.replay_limit < thread.total - after:
            CATCH_UPS.labels("reset").inc()
            self.close(thread.id)
            await self._send(reset_frame(thread.id))
            return
        self._last[thread.id] = after
        self._memberships[thread.id] = thread.membership
        if after < thread.total:
            await self._catch_up(thread.id)
            CATCH_UPS.labels("replay").inc()
        await self._send(opened_frame(thread.id, self._last[thread.id], thread.people))
        others = tuple(person.id for person in thread.people if person.id != self._user_id and person.shows_online)
        self._services.watchers.watch(self._mailbox, thread.id, others)
        await self.send_presence()

    async def _catch_up(self, thread_id: int) -> None:
        """Sends an open thread's messages up to its last, page by page; each send waits for room in the buffer."""
        more = True
        while more:
            after = self._last[thread_id]
            member, services = self._memberships[thread_id], self._services
            page, last = await missed(services.db, services.config, member, after, REPLAY_PAGE)
            for message in page:
                await self._send(message_frame(message))
                self._last[thread_id] = message.seq
            more = bool(page) and self._last[thread_id] < last

    async def send_presence(self) -> None:
        """Sends the presence that has changed of users in open threads."""
        for frame in self._services.watchers.frames_for(self._mailbox):
            await self._send(frame)

    async def forward(self, event: MessageStored) -> None:
        """Sends a message: in an open thread in order, without gap or repetition; in any other thread as it arrives."""
        last = self._last.get(event.thread)
        if last is not None:
            if event.seq <= last:
                return
            if event.seq > last + 1:
                await self._fill_gap(event)
                return
            self._last[event.thread] = event.seq
        await self._send(event.frame)
        deliveries.count()
        if last is not None:
            deliveries.time(event.frame)

    async def _fill_gap(self, event: MessageStored) -> None:
        CATCH_UPS.labels("gap").inc()
        try:
            await self._catch_up(event.thread)
        except Unavailable:
            asyncio.get_running_loop().call_later(RETRY_PAUSE, self._mailbox.put, event)
        except ChatError as error:  # the user is no longer a participant
            await self._refuse(event.thread, error)

    def close(self, thread_id: int) -> None:
        """Closes a thread, if it is open: the browser no longer shows it."""
        self._last.pop(thread_id, None)
        self._memberships.pop(thread_id, None)
        self._services.watchers.unwatch(self._mailbox, thread_id)

    async def remove(self, thread_id: int) -> None:
        """Closes an open thread of which the user is no longer a participant, with an error."""
        if thread_id in self._last:
            await self._refuse(thread_id, outsider())

    async def _refuse(self, thread_id: int, error: ChatError) -> None:
        """Closes the thread and sends the error to the browser, which would otherwise wait for its messages."""
        self.close(thread_id)
        await self._send(error_frame(error, thread=thread_id))
