"""What a browser remembers of how someone likes the pages: the language, light or dark, the time zone."""

import re
from collections.abc import Collection

from aiohttp import web
from yarl import URL

from chatserver import i18n
from chatserver.errors import ChatError
from chatserver.web.app_keys import CONFIG
from chatserver.web.cookies import YEAR, choice_name
from chatserver.web.forms import check_form, read_form, safe_next

CHOICES = ("language", "theme", "timezone", "chosen_timezone")  # what is remembered; the third by the pages' scripts
THEMES = {"light", "dark"}
AUTO = "auto"  # nothing chosen: as the browser or the system wishes
PLAIN = re.compile(r"[\w+%./-]{1,100}", re.ASCII)


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
    remember_choice(request, response, name, form[name])
    return response


def choices_of(request: web.Request) -> dict[str, str]:
    """What this browser remembers of `CHOICES`, '' for what it doesn't; until `take_over`, under their former names."""
    cookies = request.cookies
    return {choice: cookies.get(choice_name(choice), cookies.get(choice, "")) for choice in CHOICES}


def remember_choice(request: web.Request, response: web.StreamResponse, choice: str, value: str) -> None:
    """In this browser, for a year; '' is remembered as `AUTO`, so that no former cookie counts again."""
    secure = request.app[CONFIG].production
    response.set_cookie(choice_name(choice), value or AUTO, max_age=YEAR, samesite="Lax", secure=secure)


def take_over(request: web.Request, response: web.StreamResponse) -> None:
    """Reads the cookies by their former, general names once. They stay: they may be another program's."""
    for choice in CHOICES:
        if choice in request.cookies and choice_name(choice) not in request.cookies:
            former = request.cookies[choice]
            remember_choice(request, response, choice, former if PLAIN.fullmatch(former) else "")
