"""The threads that a browser shows: their messages and changes in order, without gap or repetition."""

import asyncio
from collections.abc import Awaitable, Callable

from chatserver.bus.events import (
    Event,
    ManyMessagesChanged,
    MessageChanged,
    MessageStored,
    NoteAdded,
    ParticipantRemoved,
)
from chatserver.conversations.access import ThreadRequest, outsider
from chatserver.conversations.threads import Thread
from chatserver.errors import ChatError, Unavailable
from chatserver.realtime.catch_up import Place, TooFarBehind, catch_up, is_too_far
from chatserver.realtime.frames.incoming import Open
from chatserver.realtime.frames.outgoing import error_frame, opened_frame, removed_frame, reset_frame, thread_frame
from chatserver.realtime.mailbox import Mailbox
from chatserver.realtime.services import SocketServices
from chatserver.telemetry.metrics import CATCH_UPS, deliveries
from chatserver.telemetry.trace import trace

RETRY_PAUSE = 1.0  # seconds until the server retries a gap that it could not read


class OpenThreads:
    """The open threads of one socket. Only the listener task calls it; `send` writes a frame to the socket."""

    __slots__ = ("_mailbox", "_places", "_send", "_services", "_user_id")

    def __init__(
        self, services: SocketServices, user_id: int, mailbox: Mailbox, send: Callable[[str], Awaitable[None]]
    ) -> None:
        self._services = services
        self._user_id = user_id
        self._mailbox = mailbox
        self._send = send
        self._places: dict[int, Place] = {}  # by thread

    async def open(self, frame: Open) -> None:
        """Opens a thread and replays what the browser missed, or answers with an error."""
        try:
            await self._replay(frame)
        except ChatError as error:
            await self._refuse(frame.thread, error)

    async def _replay(self, frame: Open) -> None:
        """Sends what was missed, then `opened`. Live events wait in the mailbox meanwhile."""
        config = self._services.config
        if 0 < config.max_open_threads <= len(self._places) and frame.thread not in self._places:
            raise ChatError("too_many", retry_after=0)
        thread = await self._load(frame.thread)
        member = thread.member
        after = member.last_seq if frame.after is None else max(frame.after, member.from_seq - 1)
        place = Place(member, after, member.last_change if frame.change is None else frame.change)
        is_beyond = place.seq > member.last_seq or place.change > member.last_change
        if is_beyond or await is_too_far(self._services, place):
            await self._reset(thread.id)
            return
        self._places[thread.id] = place
        if place.seq < member.last_seq or place.change < member.last_change:
            try:
                await catch_up(self._services, place, self._send_at)
            except TooFarBehind:
                await self._reset(thread.id)
                return
            CATCH_UPS.labels("replay").inc()
        place = self._places[thread.id]
        await self._send(opened_frame(thread, place.seq, place.change))
        await self._watch(thread)

    async def _load(self, thread_id: int) -> Thread:
        return await self._services.thread_loader.submit(ThreadRequest(thread_id, self._user_id))

    async def _watch(self, thread: Thread) -> None:
        """Reports the presence of the people of an open thread from now on."""
        others = tuple(person.id for person in thread.people if person.id != self._user_id and person.shows_online)
        self._services.watchers.watch(self._mailbox, thread.id, others)
        await self.send_presence()

    async def _send_at(self, frame: str, place: Place) -> None:
        if frame:
            await self._send(frame)
        self._places[place.member.thread_id] = place

    async def _reset(self, thread_id: int) -> None:
        """Closes the thread: the browser loads the page again, and opens it from there."""
        CATCH_UPS.labels("reset").inc()
        self.close(thread_id)
        await self._send(reset_frame(thread_id))

    async def send_presence(self) -> None:
        """Sends the presence that has changed of users in open threads."""
        for frame in self._services.watchers.frames_for(self._mailbox):
            await self._send(frame)

    async def forward(self, event: MessageStored) -> None:
        """Sends a message: in an open thread in order, without gap or repetition; in any other thread as it arrives."""
        place = self._places.get(event.thread)
        if place is not None:
            if event.seq <= place.seq:
                return
            if event.seq > place.seq + 1:
                await self._fill_gap(event)
                return
            self._places[event.thread] = Place(place.member, event.seq, place.change)
        await self._send(event.frame)
        deliveries.note(event.arrived, "" if place is None else event.frame)
        if trace.on:
            trace.event(event.frame, f"written to a socket of user {self._user_id}")

    async def forward_change(self, event: MessageChanged | NoteAdded) -> None:
        """Sends a change as `forward` sends a message, and in an open thread never before the message that it needs."""
        place = self._places.get(event.thread)
        if place is not None:
            if event.change <= place.change:
                return
            if event.seq > place.seq or event.change > place.change + 1:
                await self._fill_gap(event)
                return
            self._places[event.thread] = Place(place.member, place.seq, event.change)
        if event.frame:
            await self._send(event.frame)

    async def forward_many(self, event: ManyMessagesChanged) -> None:
        """Sends the last of many changes; an open thread is loaded again."""
        place = self._places.get(event.thread)
        if place is None:
            if event.frame:
                await self._send(event.frame)
        elif event.change > place.change:
            await self._reset(event.thread)

    async def forward_note(self, event: NoteAdded) -> None:
        """Sends the group as its user sees it now, and then the note, if it is theirs to see.

        Who has come back since the group was opened loads it again: what they may see may be something else now.
        """
        try:
            thread = await self._load(event.thread)
        except Unavailable:
            self._handle_again(event)
            return
        except ChatError:  # out of it since: that news is on its way
            return
        await self._send(thread_frame(thread))
        place = self._places.get(thread.id)
        if place is not None and place.member.joined_change != thread.member.joined_change:
            await self._reset(thread.id)
        elif place is not None:
            await self._watch(thread)
        is_theirs = event.change >= thread.member.from_change
        await self.forward_change(event if is_theirs else event._replace(frame=""))

    async def reload(self, thread_id: int) -> None:
        """Lets the browser load an open thread again, into which messages were imported."""
        if thread_id in self._places:
            await self._reset(thread_id)

    async def _fill_gap(self, event: MessageStored | MessageChanged | NoteAdded) -> None:
        CATCH_UPS.labels("gap").inc()
        try:
            await catch_up(self._services, self._places[event.thread], self._send_at)
        except TooFarBehind:
            await self._reset(event.thread)
        except Unavailable:
            self._handle_again(event)
        except ChatError as error:  # the user is no longer a participant
            await self._refuse(event.thread, error)

    def _handle_again(self, event: Event) -> None:
        """Puts an event back that needs PostgreSQL, which does not answer now."""
        asyncio.get_running_loop().call_later(RETRY_PAUSE, self._mailbox.put, event)

    def close(self, thread_id: int) -> None:
        """Closes a thread, if it is open: the browser no longer shows it."""
        self._places.pop(thread_id, None)
        self._services.watchers.unwatch(self._mailbox, thread_id)

    async def remove(self, event: ParticipantRemoved) -> None:
        """Says that the user is out of a thread, and closes it with an error if it is open.

        Asks first: they may be in it again, and events of two processes come in any order.
        """
        try:
            thread = await self._load(event.thread)
        except Unavailable:
            self._handle_again(event)
        except ChatError:
            await self._send(removed_frame(event.thread))
            if event.thread in self._places:
                await self._refuse(event.thread, outsider())
        else:
            place = self._places.get(event.thread)
            if place is not None and place.member.joined_change != thread.member.joined_change:
                await self._reset(event.thread)

    async def _refuse(self, thread_id: int, error: ChatError) -> None:
        """Closes the thread and sends the error to the browser, which would otherwise wait for its messages."""
        self.close(thread_id)
        await self._send(error_frame(error, thread=thread_id))
