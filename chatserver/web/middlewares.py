"""Middlewares for every request: language, errors, headers, sockets."""

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from chatserver import i18n
from chatserver.config.settings import Config
from chatserver.errors import ChatError, Unavailable
from chatserver.realtime.handshake import PreparedSocket
from chatserver.telemetry.metrics import count_refusal
from chatserver.web.access_log import method_of, route_of
from chatserver.web.app_keys import CONFIG, SOCKETS
from chatserver.web.pages.preferences import choices_of
from chatserver.web.rendering.pages import render_error, with_retry
from chatserver.web.routes import answers_programs

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
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
    """Chooses the request's language: this browser's choice, else `Accept-Language`, else the site's default."""
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
        body = {"error": error.sentence, "code": error.code}
        headers = {"Allow": "POST"} if error.code == "not_post" else None  # RFC 9110 §15.5.6
        return with_retry(web.json_response(body, status=status, headers=headers), error)
    return with_retry(await render_error(request, status, error.sentence), error)


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Sets the headers of every response, including errors and redirects."""
    response.headers.update(headers_of(request.app[CONFIG]))
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.pop("Server", None)


def headers_of(config: Config) -> dict[str, str]:
    """Returns the security headers of every response."""
    return HEADERS | HSTS[config.hsts] if config.production else HEADERS
