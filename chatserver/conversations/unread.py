"""How much a user has not read, in all their threads together but the muted ones."""

from typing import NamedTuple

from chatserver.database.client import Database


class UnreadCount(NamedTuple):
    """How many threads a user has not read to their end, and how many messages of others that are in all."""

    threads: int
    messages: int


async def unread_of(db: Database, user_id: int) -> UnreadCount:
    """Returns what a user has not read."""
    [count] = await db.query("unread_of_user", UnreadCount, user_id=user_id)
    return count
