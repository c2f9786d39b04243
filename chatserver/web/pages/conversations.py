"""The conversations page."""

from typing import Any, NoReturn

from aiohttp import web
from yarl import URL

from chatserver.accounts.accounts import User
from chatserver.conversations.listing import CONVERSATIONS, conversations_of
from chatserver.validation import parse_id
from chatserver.web.app_keys import DB
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form
from chatserver.web.rendering.pages import render


async def to_conversations(_request: web.Request) -> NoReturn:
    """Redirects to the conversations."""
    raise web.HTTPSeeOther("/messages/")


async def add_slash(request: web.Request) -> NoReturn:
    """Redirects to the same address with a slash at the end, keeping the query string."""
    query = request.rel_url.raw_query_string
    raise web.HTTPSeeOther(URL(f"{request.rel_url.raw_path}/" + (f"?{query}" if query else ""), encoded=True))


async def conversations(request: web.Request) -> web.Response:
    """Shows the user's conversations and the form for a new message, to `people` if the query string has them."""
    user = await require_user(request)
    form = Form({"recipient_name": request.query.get("people", "")})
    return await render(request, "conversations.html", form=form, **await conversations_context(request, user))


async def conversations_context(request: web.Request, user: User) -> dict[str, Any]:
    """Returns what the template of the page needs."""
    limit = None if request.query.get("list") == "all" else CONVERSATIONS
    return {"path": "/messages/", "recipient": None} | await list_beside(
        request, user, limit, parse_id(request.query.get("open"))
    )


async def list_beside(
    request: web.Request, user: User, limit: int | None = CONVERSATIONS, open_id: int | None = None
) -> dict[str, Any]:
    """Returns the list beside the main part of a page; omits it if the browser requests the main part alone.

    `part` tells what the browser requests of a page that it reads: `main`, `list`, or all of it.
    """
    part = request.headers.get("Chat-Part")
    if part == "main":
        return {
            "part": part,
            "conversations": None,
            "more_conversations": False,
            "unread_total": None,
            "unread_threads": None,
            "unmutes_at": None,
        }
    shown = await conversations_of(request.app[DB], user.id, limit, open_id)
    return {"part": "list" if part == "list" else "page"} | shown._asdict()
