"""Ending what lets somebody in: their sessions, and within a second the sockets of these in every process."""

from collections.abc import Iterable

from chatserver.accounts.accounts import User
from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.events import SessionEnded
from chatserver.bus.publisher import Publisher


async def revoke(session_index: SessionIndex, publisher: Publisher, user: User, own_key: str = "") -> int:
    """Ends all of somebody's sessions, but for one's own; returns how many. Raises Unavailable."""
    ended = await session_index.end_others(user.id, own_key)
    close_sockets(publisher, user, ended)
    return len(ended)


def close_sockets(publisher: Publisher, user: User, keys: Iterable[str]) -> None:
    """Those of sessions that have ended."""
    for key in keys:
        publisher.publish([user.id], SessionEnded(key))
