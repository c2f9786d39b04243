"""Middlewares for every request: language, errors, headers, sockets."""

import logging
from functools import cache

from aiohttp import web
from aiohttp.typedefs import Handler

from chatserver import i18n
from chatserver.config.embed_settings import frame_ancestors
from chatserver.config.settings import Config
from chatserver.config.sso_settings import origin_of_page
from chatserver.errors import ChatError, Unavailable
from chatserver.realtime.handshake import PreparedSocket
from chatserver.telemetry.metrics import count_refusal
from chatserver.web.access_log import method_of, route_of
from chatserver.web.app_keys import CONFIG, SOCKETS
from chatserver.web.framing import FRAMED, is_framed
from chatserver.web.pages.embed import first_page
from chatserver.web.pages.preferences import choices_of
from chatserver.web.rendering.pages import render_error, with_retry
from chatserver.web.routes import answers_programs

log = logging.getLogger(__name__)

CSP = "Content-Security-Policy"
HEADERS = {
    CSP: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = {  # by the values of the setting; RFC 6797
    "off": {},
    "host": {"Strict-Transport-Security": "max-age=31536000"},
    "subdomains": {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"},
}
HEADERS_OF = {  # by codes: RFC 9110 §15.5.6, RFC 6750 §3
    "not_post": {"Allow": "POST"},
    "bad_key": {"WWW-Authenticate": "Bearer"},
}
BY_STATUS = {400: "bad_frame", 404: "not_found", 405: "not_allowed", 413: "too_big"}


@web.middleware
async def serve_socket(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Serves a prepared socket after the inner middlewares have freed their memory. Must be the outermost one."""
    response = await handler(request)
    if isinstance(response, PreparedSocket):
        await request.app[SOCKETS].serve(response.connection)
    return response


@web.middleware
async def language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Chooses the request's language: that of this browser, of the site's person, of `Accept-Language`, the default."""
    i18n.use_language(
        i18n.choose_language(
            choices_of(request), request.headers.get("Accept-Language", ""), request.app[CONFIG].default_language
        )
    )
    return await handler(request)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every exception into a response: a sentence for people, a code for programs."""
    try:
        return await handler(request)
    except ChatError as error:
        if isinstance(error, Unavailable):
            log.warning("%s %s: %s", method_of(request), route_of(request), error)
        return await _answer(request, error, error.status)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        refusal = ChatError(BY_STATUS.get(error.status, "bad_frame"))
        response = await _answer(request, refusal, error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception:
        log.exception("%s %s failed", method_of(request), route_of(request))
        return await _answer(request, ChatError("server_error"), 500)


async def _answer(request: web.Request, error: ChatError, status: int) -> web.Response:
    count_refusal(error.code)
    if answers_programs(request):
        body = {"error": error.sentence, "code": error.code, **error.present}
        if error.retry_after is not None:
            body["retry_after"] = error.retry_after
        return with_retry(web.json_response(body, status=status, headers=HEADERS_OF.get(error.code)), error)
    if error.code == "not_signed_in" and request.method == "GET" and is_framed(request):
        return first_page(request, status=status)
    return with_retry(await render_error(request, status, error.sentence), error)


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Sets the headers of every response, including errors and redirects."""
    for name, value in headers_of(request.app[CONFIG], framed=route_of(request) in FRAMED).items():
        response.headers.setdefault(name, value)  # a file has stricter ones
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.pop("Server", None)


def headers_of(config: Config, *, framed: bool = False) -> dict[str, str]:
    """Returns the security headers of every response; `framed`: of a page that a site of EMBED_ORIGINS may show."""
    ancestors = frame_ancestors(config) if framed else "'none'"
    return _headers(config.sso_url, config.hsts, ancestors, production=config.production)


@cache
def _headers(sso_url: str, hsts: str, ancestors: str, *, production: bool) -> dict[str, str]:
    """Returns the headers for these settings. A form may lead to the site's sign-in."""
    headers = HEADERS | HSTS[hsts] if production else HEADERS
    policy = HEADERS[CSP].replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}")
    if site := origin_of_page(sso_url, production=production):
        policy = policy.replace("form-action 'self'", f"form-action 'self' {site}")
    return headers | {CSP: policy}
