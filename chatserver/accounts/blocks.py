"""Blocking: who was blocked can write nothing more to the one who did it, in their thread of two, by no way.

It is kept by the queries that store messages and make threads, under the thread's lock. Groups stay as they are.
"""

from chatserver.accounts.accounts import User
from chatserver.database.client import Database
from chatserver.errors import ChatError


async def block(db: Database, blocker: User, blocked_id: int) -> None:
    """Whom one has met, in a thread. Raises ChatError `to_oneself`, or `no_such_user` for everybody else."""
    if blocker.id == blocked_id:
        raise ChatError("to_oneself")
    if not await db.fetch("block", blocker_id=blocker.id, blocked_id=blocked_id):
        raise ChatError("no_such_user")


async def unblock(db: Database, blocker: User, blocked_id: int) -> None:
    await db.fetch("unblock", blocker_id=blocker.id, blocked_id=blocked_id)


async def accepts_messages(db: Database, user_id: int, sender_id: int) -> bool:
    return await db.fetch_one("accepts_messages", user_id=user_id, sender_id=sender_id) is not None


async def blocked_by(db: Database, blocker: User) -> list[User]:
    """Whom a person has blocked, by name."""
    return [User(*row) for row in await db.fetch("blocked_by", user_id=blocker.id)]
