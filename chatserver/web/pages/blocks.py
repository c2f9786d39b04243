"""Blocking and unblocking users: buttons in the chat and on the account page."""

from aiohttp import web
from yarl import URL

from chatserver.accounts import blocks
from chatserver.bus.events import UserHidden
from chatserver.errors import ChatError
from chatserver.validation import parse_id
from chatserver.web.app_keys import DB, PUBLISHER
from chatserver.web.current_user import require_user
from chatserver.web.forms import check_form, read_form, safe_next


async def block(request: web.Request) -> web.Response:
    """Blocks a user: they cannot message this user or see their presence and receipts."""
    return await _change(request, blocked=True)


async def unblock(request: web.Request) -> web.Response:
    """Removes the block of a user."""
    return await _change(request, blocked=False)


async def _change(request: web.Request, *, blocked: bool) -> web.Response:
    """Changes the block and redirects back. Raises ChatError `no_such_user` or `to_oneself`."""
    me = await require_user(request)
    form = await read_form(request, "user", "next")
    await check_form(request)
    user_id = parse_id(form["user"])
    if user_id is None:
        raise ChatError("no_such_user")
    if blocked:
        await blocks.block(request.app[DB], me, user_id)
        request.app[PUBLISHER].publish([user_id], UserHidden(me.id))
    else:
        await blocks.unblock(request.app[DB], me, user_id)
    return web.Response(status=303, headers={"Location": str(URL(safe_next(form["next"]), encoded=True))})
