"""Which pages may act for the person at a browser: those of the site's own address, and those of `ORIGINS`."""

import logging

from aiohttp import web

from chatserver.config.urls import read_origin
from chatserver.errors import ChatError
from chatserver.web.app_keys import CONFIG, NOTICES

log = logging.getLogger(__name__)


def check_form_origin(request: web.Request) -> None:
    """Raises ChatError `wrong_origin` for another site's form.

    `Sec-Fetch-Site` is the browser's own word, from before any proxy, and no page can set it (Fetch Metadata §2.4).
    Without it `Origin` counts; without both, the form's token alone.
    """
    site = request.headers.get("Sec-Fetch-Site", "none")
    if site not in {"same-origin", "none"}:
        raise ChatError("wrong_origin")
    if site == "none" and "Origin" in request.headers:
        _check(request, request.headers["Origin"])


def check_socket_origin(request: web.Request) -> None:
    """Raises ChatError `wrong_origin`, also without an `Origin`: no token protects a handshake (RFC 6455 §10.2)."""
    _check(request, request.headers.get("Origin", ""))


def _check(request: web.Request, text: str) -> None:
    origin = read_origin(text)
    if origin is not None and is_ours(request, origin):
        return
    if origin is not None:  # else no setting helps
        sentence = "Refused a page of %s at the Host %s: if this is the site's own address, name it in ORIGINS."
        request.app[NOTICES].warn(log, ("origin", origin), sentence, origin[:200], request.host[:200])
    raise ChatError("wrong_origin")


def is_ours(request: web.Request, origin: str) -> bool:
    """Whether an origin, as `read_origin` returns it, is the site's own.

    In production browsers come by https only, whatever the last proxy speaks with us.
    """
    config = request.app[CONFIG]
    own = read_origin(f"{'https' if config.production else 'http'}://{request.host}")
    return origin in config.origins or origin == own
