"""Revokes sessions: closes their sockets in every process within a second, and ends their browsers' pushes.

Pushes end before the session, so that a process that dies in between leaves none, and again after it, for what a
request that was under way has subscribed.
"""

from collections.abc import Collection, Iterable

from chatserver.accounts.accounts import User
from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.events import SessionEnded
from chatserver.bus.publisher import Publisher
from chatserver.database.client import Database


async def revoke(
    db: Database,
    session_index: SessionIndex,
    publisher: Publisher,
    user: User,
    own_key: str = "",
    *,
    ended_at: int = 0,
) -> int:
    """Ends all sessions of a user except `own_key`; returns their number. Raises Unavailable.

    `ended_at`: when tokens were ended with them; a sign-in that has read an earlier time is under way, and fails.
    """
    await db.execute_idempotent("end_push_subscriptions_of", user_id=user.id, own_key=own_key)
    ended = await session_index.end_others(user.id, own_key, ended_at)
    await db.execute_idempotent("end_push_subscriptions_of", user_id=user.id, own_key=own_key)
    close_sockets(publisher, user, ended)
    return len(ended)


async def end_sessions(
    db: Database, session_index: SessionIndex, publisher: Publisher, user: User, keys: Collection[str]
) -> None:
    """Ends these sessions of a user. Raises Unavailable."""
    await end_subscriptions(db, keys)
    await session_index.end(user.id, keys)
    await end_subscriptions(db, keys)
    close_sockets(publisher, user, keys)


async def end_subscriptions(db: Database, keys: Collection[str]) -> None:
    """Ends the pushes of these sessions."""
    await db.execute_idempotent("end_push_subscriptions", session_keys=list(keys))


async def pass_on_subscription(db: Database, user: User, old_key: str, new_key: str) -> None:
    """Keeps the pushes of a browser that has a new session, if it is the same user's; ends those of another user."""
    await db.execute_idempotent("pass_push_subscription_on", user_id=user.id, old_key=old_key, new_key=new_key)


def close_sockets(publisher: Publisher, user: User, keys: Iterable[str]) -> None:
    """Publishes the end of these sessions, so that every process closes their sockets."""
    for key in keys:
        publisher.publish([user.id], SessionEnded(key))
