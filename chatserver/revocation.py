"""Ending what lets somebody in: their sessions, and within a second the sockets of these in every process."""

from collections.abc import Iterable

from chatserver.accounts import User
from chatserver.events import SessionEnded
from chatserver.realtime.publisher import Publisher
from chatserver.sign_ins import SignIns


async def revoke(sign_ins: SignIns, publisher: Publisher, user: User, own_key: str = "") -> int:
    """Ends all of somebody's sessions, but for one's own; returns how many. Raises Unavailable."""
    ended = await sign_ins.end_others(user.id, own_key)
    close_sockets(publisher, user, ended)
    return len(ended)


def close_sockets(publisher: Publisher, user: User, keys: Iterable[str]) -> None:
    """Those of sessions that have ended."""
    for key in keys:
        publisher.publish([user.id], SessionEnded(key))
