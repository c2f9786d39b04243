"""The conversations page."""

from typing import Any, NoReturn

from aiohttp import web
from yarl import URL

from chatserver.accounts.accounts import User
from chatserver.conversations import threads
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
    """Shows the user's conversations and the form for a new message."""
    user = await require_user(request)
    return await render(request, "conversations.html", form=Form(), **await conversations_context(request, user))


async def conversations_context(request: web.Request, user: User) -> dict[str, Any]:
    """Returns what the template of the page needs."""
    limit = None if request.query.get("list") == "all" else threads.CONVERSATIONS
    return {"path": "/messages/"} | await list_beside(request, user, limit, parse_id(request.query.get("open")))


async def list_beside(
    request: web.Request, user: User, limit: int | None = threads.CONVERSATIONS, open_id: int | None = None
) -> dict[str, Any]:
    """Returns the list beside the main part of a page; omits it if the browser requests the main part alone."""
    if request.headers.get("Chat-Part") == "main":
        return {"part": "main", "conversations": None, "more_conversations": False, "unread_total": None}
    shown = await threads.conversations(request.app[DB], user.id, limit, open_id)
    return {"part": "page"} | shown._asdict()
