"""Revokes sessions and closes their sockets in every process within a second."""

from collections.abc import Iterable

from chatserver.accounts.accounts import User
from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.events import SessionEnded
from chatserver.bus.publisher import Publisher


async def revoke(session_index: SessionIndex, publisher: Publisher, user: User, own_key: str = "") -> int:
    """Ends all sessions of a user except `own_key`; returns their number. Raises Unavailable."""
    ended = await session_index.end_others(user.id, own_key)
    close_sockets(publisher, user, ended)
    return len(ended)


def close_sockets(publisher: Publisher, user: User, keys: Iterable[str]) -> None:
    """Publishes the end of these sessions, so that every process closes their sockets."""
    for key in keys:
        publisher.publish([user.id], SessionEnded(key))
