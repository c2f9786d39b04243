"""Renders pages from templates: the Jinja environment, and the values that every template gets."""

import contextlib
import math
from functools import cache, lru_cache
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from aiohttp_session import get_session
from markupsafe import Markup
from yarl import URL

from chatserver import i18n
from chatserver.accounts.accounts import User
from chatserver.config.urls import read_origin
from chatserver.errors import ChatError
from chatserver.frames import as_time
from chatserver.resources import folder
from chatserver.telemetry.metrics import count_refusal
from chatserver.web.app_keys import CONFIG, SITE
from chatserver.web.bodies import read_form_fields
from chatserver.web.csrf import csrf_token
from chatserver.web.forms import Form, safe_next
from chatserver.web.framing import is_framed
from chatserver.web.origins import is_ours
from chatserver.web.pages.preferences import THEMES, choices_of, take_over
from chatserver.web.rendering import avatars, times
from chatserver.web.rendering.files import summary
from chatserver.web.rendering.formatting import plain
from chatserver.web.rendering.fragments import FragmentRenderer, Viewer, words
from chatserver.web.rendering.notes import note_sentence, note_sentences
from chatserver.web.rendering.texts import as_html
from chatserver.web.rendering.timezones import chosen_zone, is_known, viewers_zone
from chatserver.web.sessions import find_user
from chatserver.web.static_files import ALL_STYLES, static_files

CHATS, SITE_SIGN_IN = "/messages/", "/messages/sso/start"


@cache
def environment() -> jinja2.Environment:
    """Returns the environment with all templates, compiled once for the process."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,  # in development the whole process restarts
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=_translate,
        ngettext=_translate_number,
        static=static_files().url,
        iso=as_time,
        times=times,
        initials=avatars.initials,
        hue=avatars.hue,
        as_html=as_html,
        plain=plain,
        summary=summary,
        note_sentence=note_sentence,
        note_sentences=note_sentences,
        words=words(made),
        languages=list(i18n.LANGUAGES.items()),
        plural_forms=i18n.plural_forms,
    )
    for name in made.list_templates():
        made.get_template(name)  # now: an update may replace the files while this version still runs
    return made


def _translate(msgid: str, **values: object) -> Markup:
    """Translates a sentence and escapes the values in it. Caches what Jinja's own function repeats at every call."""
    sentence = _sentence(i18n.current_language(), msgid)
    return sentence % values if values else sentence


@lru_cache(1024)
def _sentence(_language: str, msgid: str) -> Markup:
    return Markup(i18n.gettext(msgid))  # noqa: S704


def _translate_number(singular: str, plural: str, number: int) -> Markup:
    return _counted(i18n.current_language(), singular, plural, number)


@lru_cache(1024)
def _counted(_language: str, singular: str, plural: str, number: int) -> Markup:
    return Markup(i18n.ngettext(singular, plural, number)) % {"num": number}  # noqa: S704


async def render(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """Renders a page for the user of the request. Raises Unavailable if Redis cannot load the session."""
    me = await find_user(request)
    token = await csrf_token(request)
    if is_framed(request):
        context |= {"framed": True, "sub": (await get_session(request)).get("sub") or ""}
    return _page(request, template, status, context | {"me": me, "csrf_token": token})


def render_bare(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """Renders a page for nobody, without forms of ours: it sets no cookie that would take the place of a session's.

    A form of another site comes without our cookies, whoever is signed in.
    """
    return _page(request, template, status, context | {"me": None, "csrf_token": ""})


async def render_refused(
    request: web.Request, template: str, form: Form, error: ChatError, **context: Any
) -> web.Response:
    """Renders the page again with the typed values and the error. Raises Unavailable like `render`."""
    count_refusal(error.code)
    form.refuse(error)
    return with_retry(await render(request, template, status=error.status, form=form, **context), error)


async def render_error(request: web.Request, status: int, sentence: str) -> web.Response:
    """Renders an error in the site's design; while Redis is unavailable, without the user's name and the forms.

    If a message could not be stored for now, the page has a form that sends it again under the same id. If another form
    was refused, the page links back to it.
    """
    context: dict[str, Any] = {
        "status": status,
        "sentence": sentence,
        "me": None,
        "csrf_token": "",
        "again": {},
        "back": "",
        "start": "",
    }
    context["path"] = request.path_qs if request.method == "GET" else "/messages/"
    if status in {401, 503}:
        context |= {"again": await _unsent_message(request), "again_at": request.path}
    if status == 401:
        context["start"] = str(URL(SITE_SIGN_IN).with_query(next=_page_before(request) or CHATS))
    elif status != 503 and not is_framed(request):  # it may be another person than the site's page shows
        context["back"] = _page_before(request)
        with contextlib.suppress(ChatError):
            context |= {"me": await find_user(request), "csrf_token": await csrf_token(request)}
    return _page(request, "error.html", status, context)


def _page_before(request: web.Request) -> str:
    """Returns the path of our page that sent the form; '' if it is unknown or one of the chats."""
    if request.method != "POST":
        return ""
    try:
        page = URL(request.headers.get("Referer", ""))
        origin = read_origin(str(page.origin()))
    except ValueError:
        return ""
    path = safe_next(page.raw_path_qs) if origin is not None and is_ours(request, origin) else CHATS
    return "" if path == CHATS else path


async def _unsent_message(request: web.Request) -> dict[str, str]:
    if request.method != "POST":
        return {}
    try:
        posted = await read_form_fields(request)
    except (ChatError, web.HTTPException):
        return {}
    names = ("csrf_token", "client_id", "recipient_name", "message", "reply", "seq", "base")
    fields = {name: value for name in names if isinstance(value := posted.get(name), str)}
    return fields if "message" in fields else {}


def render_mail(template: str, **context: Any) -> str:
    """Renders a mail in the current language."""
    return environment().get_template(template).render(context, language=i18n.current_language())


def with_retry(response: web.Response, error: ChatError) -> web.Response:
    """Adds `Retry-After`, in whole seconds, to the response of an error that has one."""
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return response


def _page(request: web.Request, template: str, status: int, context: dict[str, Any]) -> web.Response:
    me: User | None = context["me"]
    language, site = i18n.current_language(), request.app[SITE]
    choices = choices_of(request)
    viewer = Viewer(
        me.id if me else 0,
        language,
        viewers_zone(choices),
        times.clock_locale(request.headers.get("Accept-Language", ""), language),
    )
    context = {
        "language": language,
        "theme": choices["theme"] if choices["theme"] in THEMES else "",
        "chosen_zone": chosen_zone(choices),
        "zone_known": is_known(choices),
        "path": request.path_qs if request.method == "GET" else request.path,
        "viewer": viewer,
        "framed": False,
        "draw": FragmentRenderer(environment(), viewer),
        "site": site,
        "max_characters": request.app[CONFIG].max_message_chars,
    } | context
    response = aiohttp_jinja2.render_template(f"pages/{template}", request, context, status=status)
    take_over(request, response)
    # The header arrives before the page does: on a slow line the text is painted sooner (RFC 8288).
    styles = [static_files().url(ALL_STYLES), *([site.static(site.styles)] if site.styles else [])]
    response.headers["Link"] = ", ".join(f"<{address}>; rel=preload; as=style" for address in styles)
    return response
