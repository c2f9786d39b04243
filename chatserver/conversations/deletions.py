"""Deletions: a message disappears from every screen; its number, sender and time stay."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from chatserver.bus.events import ManyMessagesChanged, MessageChanged
from chatserver.bus.publisher import Publisher
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import NewChange
from chatserver.conversations.fanout import Unread, publish_change
from chatserver.conversations.states import State
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.client import Database

ERASED_AT_ONCE = 200  # messages: the lock of their thread is held for about 25 ms
PUBLISHED_EACH = 100  # messages of a thread; of more, only the last is published


class SentPlaceRow(NamedTuple):
    """A thread, and the numbers of the messages there that a user has sent and that are not deleted."""

    thread_id: int
    seqs: list[int]


class ErasedMessage(NamedTuple):
    """A message that was deleted just now, with the number of that change."""

    seq: int
    change: int
    deleted_at: datetime


class UnreadRow(NamedTuple):
    """A participant's first visible message, and their unread count as of the thread's last message."""

    user_id: int
    from_seq: int
    read_seq: int
    last_seq: int
    unread: int


def deletion(request: ThreadRequest, seq: int) -> NewChange:
    """Returns the change that deletes message `seq`: the user's own, or anybody's in a group that the user owns."""
    return NewChange(request, seq, "delete")


async def erase_sent(db: Database, publisher: Publisher, text_digests: TextDigests, user_id: int) -> int:
    """Deletes all messages that a user has sent, for a site's operator; returns their number.

    If it is interrupted, the next call continues; the gap repair delivers what was not published. Raises Unavailable.
    """
    number = 0
    for thread_id, seqs in await db.query("sent_places", SentPlaceRow, user_id=user_id):
        erased: list[ErasedMessage] = []
        for start in range(0, len(seqs), ERASED_AT_ONCE):
            erased += await db.execute_idempotent(
                "erase_messages",
                ErasedMessage,
                thread_id=thread_id,
                user_id=user_id,
                seqs=seqs[start : start + ERASED_AT_ONCE],
                **text_digests.parameters,
            )
        if erased:
            await _publish(db, publisher, thread_id, user_id, erased)
        number += len(erased)
    return number


async def _publish(
    db: Database, publisher: Publisher, thread_id: int, user_id: int, erased: Sequence[ErasedMessage]
) -> None:
    people = await db.query("unread_counts", UnreadRow, thread_id=thread_id)
    from_seqs = {person.user_id: person.from_seq for person in people}
    counts = {person.user_id: Unread(person.unread, person.read_seq) for person in people if person.user_id != user_id}
    last_seq = max((person.last_seq for person in people), default=0)
    many = len(erased) > PUBLISHED_EACH
    event = partial(ManyMessagesChanged, first=_first_of_run(erased)) if many else MessageChanged
    for seq, change, deleted_at in erased[-1:] if many else erased:
        state = State(thread_id, seq, change, "", None, deleted_at, None, (), counts_only=False, last_seq=last_seq)
        publish_change(publisher, state, user_id, from_seqs, counts, event=event)


def _first_of_run(erased: Sequence[ErasedMessage]) -> int:
    """Returns the first of the changes that lead up to the last one without another's in between."""
    offset = erased[-1].change - len(erased)
    return next(one.change for place, one in enumerate(erased, 1) if one.change - place == offset)
