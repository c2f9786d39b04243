"""Blocks: a blocked user cannot message the blocker in their one-to-one thread, by any route.

The queries that store messages and create threads enforce this under the thread's lock. Groups are not affected.
"""

from chatserver.accounts.accounts import User
from chatserver.database.client import Database
from chatserver.errors import ChatError


async def block(db: Database, blocker: User, blocked_id: int) -> None:
    """Blocks a user who shares a thread with the blocker. Idempotent.

    Raises ChatError `to_oneself`, or `no_such_user` for every other id, so that ids cannot be probed.
    """
    if blocker.id == blocked_id:
        raise ChatError("to_oneself")
    if not await db.execute_idempotent("block", int, blocker_id=blocker.id, blocked_id=blocked_id):
        raise ChatError("no_such_user")


async def unblock(db: Database, blocker: User, blocked_id: int) -> None:
    """Removes a block; does nothing if there is none."""
    await db.execute_idempotent("unblock", blocker_id=blocker.id, blocked_id=blocked_id)


async def accepts_messages(db: Database, user_id: int, sender_id: int) -> bool:
    """Returns whether the user still exists and has not blocked the sender."""
    return await db.query_one("accepts_messages", int, user_id=user_id, sender_id=sender_id) is not None


async def blocked_by(db: Database, blocker: User) -> list[User]:
    """Returns the users whom this user has blocked, by name."""
    return await db.query("blocked_by", User, user_id=blocker.id)
