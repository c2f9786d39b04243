"""What a browser remembers of how someone likes the pages: the language, and light or dark."""

from collections.abc import Collection

from aiohttp import web
from yarl import URL

from chatserver import i18n
from chatserver.errors import ChatError
from chatserver.forms import check_form, read_form, safe_next
from chatserver.keys import CONFIG

YEAR = 365 * 86400  # seconds
AUTO = "auto"  # as the system wishes: nothing is remembered
THEMES = {"light", "dark"}


async def choose_language(request: web.Request) -> web.Response:
    return await _remember(request, "language", i18n.LANGUAGES)


async def choose_theme(request: web.Request) -> web.Response:
    return await _remember(request, "theme", {*THEMES, AUTO})


async def _remember(request: web.Request, name: str, choices: Collection[str]) -> web.Response:
    """One of the choices, in a cookie by this name. Raises ChatError `bad_frame` for any other."""
    form = await read_form(request, name, "next")
    await check_form(request)
    if form[name] not in choices:
        raise ChatError("bad_frame")
    response = web.Response(status=303, headers={"Location": str(URL(safe_next(form["next"]), encoded=True))})
    remember_choice(request, response, name, "" if form[name] == AUTO else form[name])
    return response


def remember_choice(request: web.Request, response: web.StreamResponse, name: str, choice: str) -> None:
    """In a cookie of this browser, for a year; '' forgets it."""
    max_age = YEAR if choice else 0
    response.set_cookie(name, choice, max_age=max_age, samesite="Lax", secure=request.app[CONFIG].production)
