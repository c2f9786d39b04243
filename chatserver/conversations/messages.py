"""Messages: reading them from PostgreSQL, and encoding them for sockets and the API."""

from datetime import datetime
from typing import Any, NamedTuple

from chatserver.bus.events import MessageStored
from chatserver.conversations.access import Membership, outsider
from chatserver.database.client import Database
from chatserver.frames import as_time, encode

PAGE = 100  # messages on a page of history
BEFORE, AFTER = 50, 49  # messages around a single one


class Message(NamedTuple):
    """A stored message. The name of a deleted account is '', and so is the text of an erased message."""

    thread_id: int
    seq: int
    client_id: str  # a UUID
    sender_id: int
    sender_name: str
    text: str
    sent_at: datetime

    @property
    def deleted(self) -> bool:
        """Whether the message was erased: no message is stored without a text."""
        return not self.text


class MissedMessage(NamedTuple):
    """A message, with the last number of its thread. If none was missed, all but that number are None."""

    last_seq: int
    thread_id: int
    seq: int | None
    client_id: str
    sender_id: int
    sender_name: str
    text: str
    sent_at: datetime


async def history(db: Database, member: Membership, before: int, limit: int = PAGE) -> tuple[list[Message], bool]:
    """Returns at most `limit` messages before the number `before`, oldest first, and whether there are more.

    Returns none if the membership has ended meanwhile.
    """
    found = await db.query(
        "messages_before", Message, thread_id=member.thread_id, user_id=member.user_id, before=before, number=limit + 1
    )
    return found[:limit][::-1], len(found) > limit


async def missed(db: Database, member: Membership, after: int, limit: int) -> tuple[list[Message], int]:
    """Returns the first `limit` messages after the number `after`, oldest first, and the thread's last number.

    Raises ChatError `no_such_thread` if the membership has ended meanwhile.
    """
    rows = await db.query(
        "messages_after",
        MissedMessage,
        thread_id=member.thread_id,
        user_id=member.user_id,
        after=after,
        number=limit,
    )
    if not rows:
        raise outsider()
    messages = [
        Message(row.thread_id, row.seq, row.client_id, row.sender_id, row.sender_name, row.text, row.sent_at)
        for row in rows
        if row.seq is not None
    ]
    return messages, rows[0].last_seq


async def following(db: Database, member: Membership, after: int, limit: int = PAGE) -> tuple[list[Message], bool]:
    """Returns at most `limit` messages after the number `after`, oldest first, and whether there are more.

    Raises ChatError `no_such_thread` if the membership has ended meanwhile.
    """
    messages, last = await missed(db, member, after, limit)
    return messages, bool(messages) and messages[-1].seq < last


async def around(db: Database, member: Membership, seq: int) -> tuple[list[Message], bool, bool]:
    """Returns the messages around the number `seq`, oldest first, and whether there are earlier and later ones.

    Raises ChatError `no_such_thread` if the membership has ended meanwhile.
    """
    after = max(seq - BEFORE - 1, 0)
    messages, later = await following(db, member, after, seq + AFTER - after)
    return messages, after > 0, later


async def first_since(db: Database, member: Membership, moment: datetime) -> int | None:
    """Returns the number of the first message at or after `moment`; None if there is none."""
    return await db.query_one("first_since", int, thread_id=member.thread_id, user_id=member.user_id, moment=moment)


def as_frame(message: Message) -> dict[str, Any]:
    """Returns the `message` frame, as sockets and the history send it."""
    frame = {
        "type": "message",
        "thread": message.thread_id,
        "seq": message.seq,
        "id": message.client_id,
        "sender": {"id": message.sender_id, "name": message.sender_name},
        "text": message.text,
        "at": as_time(message.sent_at),
    }
    # When a message was erased is not stored: `deleted` is the message's own time.
    return frame | {"deleted": frame["at"]} if message.deleted else frame


def message_frame(message: Message) -> str:
    """Returns the `message` frame as JSON."""
    return encode(as_frame(message))


def message_event(message: Message) -> MessageStored:
    """Returns the event to publish once the message is committed."""
    return MessageStored(message.thread_id, message.seq, message_frame(message))
