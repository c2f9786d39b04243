"""Ending what lets somebody in: their sessions, and within a second the sockets of these in every process."""

from aiohttp import web

from chatserver.accounts import User
from chatserver.keys import PUBLISHER, SESSIONS
from chatserver.realtime.protocol import renewed, signed_out
from chatserver.realtime.publisher import Publisher
from chatserver.sign_ins import SignIns


async def revoke(sign_ins: SignIns, publisher: Publisher, user: User, own_key: str = "") -> int:
    """Ends all of somebody's sessions, but for one's own; returns how many. Raises Unavailable."""
    ended = await sign_ins.end_others(user.id, own_key)
    for key in ended:
        publisher.publish([user.id], signed_out(key))
    return len(ended)


async def renew_session(request: web.Request, user: User) -> str:
    """Another token for this browser, whose open pages go on; returns its key. Raises Unavailable."""
    old_key, new_key = await request.app[SESSIONS].begin(request, user)
    request.app[PUBLISHER].publish([user.id], renewed(old_key, new_key))
    return new_key
