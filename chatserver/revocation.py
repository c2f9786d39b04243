"""Ending what lets somebody in: their sessions, and within a second the sockets of these in every process."""

from collections.abc import Iterable

from aiohttp import web

from chatserver.accounts import User
from chatserver.events import SessionEnded, SessionRenewed
from chatserver.keys import PUBLISHER, SESSIONS
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


async def renew_session(request: web.Request, user: User) -> str:
    """Another token for this browser, whose open pages go on; returns its key. Raises Unavailable."""
    begun = await request.app[SESSIONS].begin(request, user)
    request.app[PUBLISHER].publish([user.id], SessionRenewed(begun.old_key, begun.key))
    close_sockets(request.app[PUBLISHER], user, begun.ended)
    return begun.key
