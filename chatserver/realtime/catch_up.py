"""Finds what a browser lacks of an open thread, and tells it in order: messages, then those that have changed."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chatserver.conversations.access import Membership
from chatserver.conversations.messages import message_frame, missed
from chatserver.conversations.states import changed_frame, changes_after, states_of
from chatserver.realtime.services import SocketServices

PAGE = 100  # messages or states read at once
NO_LIMIT = 2**31 - 1


class Place(NamedTuple):
    """What the browser has of an open thread: all messages up to `seq`, and all changes up to `change`."""

    member: Membership
    seq: int
    change: int


# Sends a frame, if it is not '', and keeps the place that the browser has reached with it.
Tell = Callable[[str, Place], Awaitable[None]]


class TooFarBehind(Exception):
    """The browser lacks more than a replay tells, or messages that it must not see: it has to load the page again."""


async def catch_up(services: SocketServices, place: Place, tell: Tell) -> None:
    """Tells what is missing after a place; each call of `tell` waits for room in the socket's buffer.

    Raises TooFarBehind, and ChatError `no_such_thread` or `unavailable`.
    """
    db, config, member = services.db, services.config, place.member
    place = await _tell_messages(services, place, tell)
    news = await changes_after(db, member, place.change, config.replay_limit + 1 if config.replay_limit else NO_LIMIT)
    if 0 < config.replay_limit < len(news.numbers):
        raise TooFarBehind
    for start in range(0, len(news.numbers), PAGE):
        page = news.numbers[start : start + PAGE]
        for state in await states_of(db, config, [(member.user_id, member.thread_id, seq) for _, seq in page]):
            if state.change > news.last_change:
                continue  # it has changed again since: that event is still to come, and numbers must rise
            if state.seq > place.seq:
                place = await _tell_messages(services, place, tell)
            place = place._replace(change=state.change)
            await tell(changed_frame(state, counted=True), place)
    await tell("", place._replace(change=news.last_change))


async def _tell_messages(services: SocketServices, place: Place, tell: Tell) -> Place:
    """Tells a thread's messages up to its last, page by page. Returns the place after them."""
    more = True
    while more:
        page, last = await missed(services.db, services.config, place.member, place.seq, PAGE)
        for message in page:
            if message.seq != place.seq + 1:  # numbers are dense: the user was away, and may not see what was said then
                raise TooFarBehind
            place = place._replace(seq=message.seq)
            await tell(message_frame(message), place)
        more = bool(page) and place.seq < last
    return place


async def is_too_far(services: SocketServices, place: Place) -> bool:
    """Returns whether a replay would take more than `replay_limit` frames; asks PostgreSQL only if it might."""
    limit, member = services.config.replay_limit, place.member
    room = limit - (member.last_seq - place.seq)
    if not limit or room >= member.last_change - place.change:
        return False
    return room < 0 or len((await changes_after(services.db, member, place.change, room + 1)).numbers) > room
