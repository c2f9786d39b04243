"""Sends what a browser lacks of an open thread, in order: messages, then changed messages and notes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from chatserver.conversations.access import Membership
from chatserver.conversations.messages import message_frame, missed
from chatserver.conversations.notes import note_frame, notes_numbered
from chatserver.conversations.states import changed_frame, changes_after, states_of
from chatserver.realtime.services import SocketServices

PAGE = 100  # messages, or states and notes, read at once
NO_LIMIT = 2**31 - 1


class Place(NamedTuple):
    """What the browser has of an open thread: all messages up to `seq`, and all changes up to `change`."""

    member: Membership
    seq: int
    change: int


# Sends a frame, if it is not '', and keeps the place that the browser has reached with it.
Send = Callable[[str, Place], Awaitable[None]]


class TooFarBehind(Exception):
    """The browser lacks more than a replay may send, or messages that it may not see: it has to reload the page."""


async def catch_up(services: SocketServices, place: Place, send: Send) -> None:
    """Sends what is missing after a place; each call of `send` waits for room in the socket's buffer.

    Raises TooFarBehind, and ChatError `no_such_thread` or `unavailable`.
    """
    db, config, member = services.db, services.config, place.member
    place = await _send_messages(services, place, send)
    limit = config.replay_limit
    changed = await changes_after(db, member, place.change, limit + 1 if limit else NO_LIMIT)
    if 0 < limit < len(changed.numbers):
        raise TooFarBehind
    for start in range(0, len(changed.numbers), PAGE):
        for change, seq, frame in await _change_frames(services, member, changed.numbers[start : start + PAGE]):
            if change > changed.last_change:
                continue  # it has changed again since: its event will follow, and numbers must rise
            if seq > place.seq:
                place = await _send_messages(services, place, send)
            place = place._replace(change=change)
            await send(frame, place)
    await send("", place._replace(change=changed.last_change))


async def _change_frames(
    services: SocketServices, member: Membership, numbers: Sequence[tuple[int, int | None]]
) -> list[tuple[int, int, str]]:
    """Returns changed messages and notes in the order of their numbers: change, the message it needs, and frame."""
    db, config, reader, thread = services.db, services.config, member.user_id, member.thread_id
    changed = [(reader, thread, seq) for _, seq in numbers if seq is not None]
    noted = [(reader, thread, change) for change, seq in numbers if seq is None]
    states = await states_of(db, config, changed) if changed else []
    found = [(state.change, state.seq, changed_frame(state, counted=True)) for state in states]
    notes = await notes_numbered(db, config, noted)
    return sorted(found + [(note.change, note.after_seq, note_frame(note)) for _, note in notes])


async def _send_messages(services: SocketServices, place: Place, send: Send) -> Place:
    """Sends a thread's messages up to its last, page by page. Returns the place after them."""
    more = True
    while more:
        page, last = await missed(services.db, services.config, place.member, place.seq, PAGE)
        if 0 < services.config.replay_limit < last - place.seq:  # imported, or sent while the gap could not be read
            raise TooFarBehind
        for message in page:
            if message.seq != place.seq + 1:  # numbers are dense: the user was not a participant when it was sent
                raise TooFarBehind
            place = place._replace(seq=message.seq)
            await send(message_frame(message), place)
        more = bool(page) and place.seq < last
    return place


async def is_too_far(services: SocketServices, place: Place) -> bool:
    """Returns whether changes make a replay longer than `replay_limit` frames; queries PostgreSQL only if they might.

    Too many messages are noticed when they are read.
    """
    limit, member = services.config.replay_limit, place.member
    room = limit - (member.last_seq - place.seq)
    if not limit or room >= member.last_change - place.change:
        return False
    return room >= 0 and len((await changes_after(services.db, member, place.change, room + 1)).numbers) > room
