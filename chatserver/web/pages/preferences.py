"""The preferences that a browser remembers in cookies: language, theme, time zone."""

import re
from collections.abc import Collection

from aiohttp import web
from yarl import URL

from chatserver import i18n
from chatserver.errors import ChatError
from chatserver.web.app_keys import CONFIG
from chatserver.web.cookies import YEAR, choice_name
from chatserver.web.forms import check_form, read_form, safe_next

CHOICES = ("language", "theme", "timezone", "chosen_timezone")  # the pages' scripts set the third
SITE_LANGUAGE = "site_language"  # what the person's site said, until they choose
THEMES = {"light", "dark"}
AUTO = "auto"  # no choice: the browser or the system decides
PLAIN = re.compile(r"[\w+%./-]{1,100}", re.ASCII)


async def choose_language(request: web.Request) -> web.Response:
    """Stores the language of this browser; the pages follow it before `Accept-Language`."""
    return await _remember(request, "language", i18n.LANGUAGES)


async def choose_theme(request: web.Request) -> web.Response:
    """Stores the theme of this browser: light, dark, or that of the system."""
    return await _remember(request, "theme", {*THEMES, AUTO})


async def _remember(request: web.Request, name: str, choices: Collection[str]) -> web.Response:
    """Stores one of the choices in a cookie of this name. Raises ChatError `bad_frame` for any other value."""
    form = await read_form(request, name, "next")
    await check_form(request)
    if form[name] not in choices:
        raise ChatError("bad_frame")
    response = web.Response(status=303, headers={"Location": str(URL(safe_next(form["next"]), encoded=True))})
    remember_choice(request, response, name, form[name])
    return response


def choices_of(request: web.Request) -> dict[str, str]:
    """Returns this browser's `CHOICES` and `SITE_LANGUAGE`, '' if not set.

    Reads the former cookie names until `take_over` has run.
    """
    cookies = request.cookies
    choices = {choice: cookies.get(choice_name(choice), cookies.get(choice, "")) for choice in CHOICES}
    return choices | {SITE_LANGUAGE: cookies.get(choice_name(SITE_LANGUAGE), "")}


def remember_choice(request: web.Request, response: web.StreamResponse, choice: str, value: str) -> None:
    """Stores a choice in this browser for a year; '' is stored as `AUTO`, so that no former cookie counts again."""
    secure = request.app[CONFIG].production
    response.set_cookie(choice_name(choice), value or AUTO, max_age=YEAR, samesite="Lax", secure=secure)


def follow_site(request: web.Request, response: web.StreamResponse, language: str | None) -> None:
    """Stores the language that the site says of whoever signs in; None forgets that of the one before."""
    stored = choices_of(request)[SITE_LANGUAGE]
    if (language or AUTO) != (stored or AUTO):
        remember_choice(request, response, SITE_LANGUAGE, language or "")


def take_over(request: web.Request, response: web.StreamResponse) -> None:
    """Copies the cookies with the former, general names once. Keeps those: another program may use them."""
    for choice in CHOICES:
        if choice in request.cookies and choice_name(choice) not in request.cookies:
            former = request.cookies[choice]
            remember_choice(request, response, choice, former if PLAIN.fullmatch(former) else "")
