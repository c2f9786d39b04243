"""Ending what lets somebody in: their sessions, and within a second the sockets of these in every process."""

import asyncio

from aiohttp import web

from chatserver.accounts import User
from chatserver.keys import PUBLISHER, SESSIONS
from chatserver.realtime.protocol import renewed, signed_out
from chatserver.realtime.publisher import Publisher
from chatserver.sign_ins import SignIns

RENEWAL = 0.5  # seconds until a browser has its new cookie


async def revoke(sign_ins: SignIns, publisher: Publisher, user: User, own_key: str = "") -> int:
    """Ends all of somebody's sessions, but for one's own; returns how many. Raises Unavailable."""
    ended = await sign_ins.end_others(user.id, own_key)
    for key in ended:
        publisher.publish([user.id], signed_out(key))
    return len(ended)


async def renew_session(request: web.Request, user: User) -> str:
    """Another token for this browser, whose other pages come back with it; returns its key. Raises Unavailable."""
    publisher = request.app[PUBLISHER]
    old_key, new_key = await request.app[SESSIONS].begin(request, user)
    asyncio.get_running_loop().call_later(RENEWAL, publisher.publish, [user.id], renewed(old_key))
    return new_key
