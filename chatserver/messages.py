"""Messages as they are stored, read back, and told to programs."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from chatserver.db import Database
from chatserver.errors import ChatError

PAGE = 100  # messages on a page of history


class Message(NamedTuple):
    thread_id: int
    seq: int
    client_id: str  # a UUID
    sender_id: int
    sender_name: str
    text: str
    sent_at: datetime


async def history(
    db: Database, thread_id: int, user_id: int, before: int, limit: int = PAGE
) -> tuple[list[Message], bool]:
    """At most `limit` messages before the number `before`, oldest first, and whether there are more.

    Empty for who takes no part.
    """
    rows = await db.fetch("messages_before", thread_id=thread_id, user_id=user_id, before=before, number=limit + 1)
    return [Message._make(row) for row in reversed(rows[:limit])], len(rows) > limit


async def missed(db: Database, thread_id: int, user_id: int, after: int, limit: int) -> tuple[list[Message], int]:
    """The first `limit` messages after the number `after`, oldest first, and the thread's last number.

    Raises ChatError `no_such_thread` for who takes no part.
    """
    rows = await db.fetch("messages_after", thread_id=thread_id, user_id=user_id, after=after, number=limit)
    if not rows:
        raise ChatError("no_such_thread")
    return [Message._make(row) for _, *row in rows if row[0] is not None], rows[0][0]


def as_frame(message: Message) -> dict[str, Any]:
    """The `message` frame, as sockets and the history tell it."""
    return {
        "type": "message",
        "thread": message.thread_id,
        "seq": message.seq,
        "id": message.client_id,
        "sender": {"id": message.sender_id, "name": message.sender_name},
        "text": message.text,
        "at": as_time(message.sent_at),
    }


def as_time(moment: datetime) -> str:
    """UTC with milliseconds: `2026-11-23T18:00:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
