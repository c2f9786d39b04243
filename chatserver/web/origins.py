"""Which pages may send forms and open sockets for a user: those of the site's own address and of `ORIGINS`."""

import logging

from aiohttp import web

from chatserver.config.urls import read_origin
from chatserver.errors import ChatError
from chatserver.web.app_keys import CONFIG, NOTICES

log = logging.getLogger(__name__)


def check_form_origin(request: web.Request) -> None:
    """Raises ChatError `wrong_origin` for another site's form.

    The browser sets `Sec-Fetch-Site` itself; no page can change it and no proxy needs to (Fetch Metadata §2.4).
    Without it `Origin` counts; without both, only the CSRF token.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in {"same-origin", "none"}:
        raise ChatError("wrong_origin")
    if site == "none" and "Origin" in request.headers:
        _check(request, request.headers["Origin"])


def check_socket_origin(request: web.Request) -> None:
    """Raises ChatError `wrong_origin`, also if `Origin` is missing: no token protects a handshake (RFC 6455 §10.2)."""
    _check(request, request.headers.get("Origin", ""))


def _check(request: web.Request, text: str) -> None:
    origin = read_origin(text)
    if origin is not None and is_ours(request, origin):
        return
    if origin is not None:  # otherwise no setting would help
        sentence = "Refused a page of %s at the Host %s: if this is the site's own address, name it in ORIGINS."
        request.app[NOTICES].warn(log, ("origin", origin), sentence, origin[:200], request.host[:200])
    raise ChatError("wrong_origin")


def is_ours(request: web.Request, origin: str) -> bool:
    """Returns whether an origin, as `read_origin` returns it, is the site's own or one of `ORIGINS`.

    In production browsers use https only, whatever scheme the last proxy uses to connect to us.
    """
    config = request.app[CONFIG]
    own = read_origin(f"{'https' if config.production else 'http'}://{request.host}")
    return origin in config.origins or origin == own
