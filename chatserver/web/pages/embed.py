"""What a site's pages show of the chat: the script for them, the count of what is unread, and the messenger's frame."""

from typing import Any

from aiohttp import web
from aiohttp_session import get_session

from chatserver.config.urls import read_origin
from chatserver.errors import ChatError
from chatserver.web.app_keys import CONFIG, SITE
from chatserver.web.csrf import csrf_token
from chatserver.web.current_user import CHATS, start_address
from chatserver.web.forms import safe_next
from chatserver.web.rendering.pages import environment, render_bare

CACHED = "public, max-age=600"  # seconds


async def script(request: web.Request) -> web.Response:
    """Returns the script for the site's pages, the same for everybody."""
    _check_enabled(request)
    response = request.app[SITE].files.answer(request, "site/embed.js", CACHED)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


async def count(request: web.Request) -> web.Response:
    """Returns the hidden frame that tells the site's page how much is unread: 2 KiB at most, with its script."""
    origin = _embedding_origin(request)
    page = environment().get_template("pages/embed_count.html")
    return web.Response(text=page.render(origin=origin), content_type="text/html")


async def begin(request: web.Request) -> web.Response:
    """Begins the messenger in a frame: it signs in the person whom the site calls `sub`, and goes on to `next`."""
    origin, sub, target = _embedding_origin(request), request.query.get("sub", ""), request.query.get("next", "")
    session = await get_session(request)
    return first_page(
        request,
        origin=origin,
        asked_for=sub,
        target=safe_next(target) if target.startswith(CHATS) else CHATS,
        is_there=bool(sub) and session.get("sub") == sub,
        sign_out=await csrf_token(request) if "user" in session else "",
    )


def first_page(request: web.Request, *, status: int = 200, **context: Any) -> web.Response:
    """Renders the first page of a frame; where a page was asked for without session, in its place.

    It names nobody: the session may be of another person than the site's.
    """
    unknown = {"origin": "", "asked_for": "", "target": request.path_qs, "is_there": False, "sign_out": ""}
    context = unknown | context
    start = str(start_address(str(context["target"]))) if request.app[SITE].signs_in else CHATS
    return render_bare(request, "embed.html", status=status, framed=True, sub="", start=start, **context)


def _embedding_origin(request: web.Request) -> str:
    """Returns the origin of the page around the frame. Raises ChatError `wrong_origin` if it may show none."""
    _check_enabled(request)
    named = request.query.getall("origin", [])
    origin = read_origin(named[0]) if len(named) == 1 else None
    if origin is None or origin not in request.app[CONFIG].embed_origins:
        raise ChatError("wrong_origin")
    return origin


def _check_enabled(request: web.Request) -> None:
    if not request.app[CONFIG].embed_origins:
        raise web.HTTPNotFound
