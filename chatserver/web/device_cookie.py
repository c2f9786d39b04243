"""The cookie of a known browser, in which a user has signed in before. It grants no access.

OWASP, Slow Down Online Guessing Attacks with Device Cookies.
"""

import hashlib
import hmac
import secrets

from aiohttp import web

from chatserver.accounts.names import typed_key
from chatserver.web.app_keys import CONFIG
from chatserver.web.cookies import DEVICE, YEAR, secret_name


def known_device(request: web.Request, name: str) -> str:
    """Returns the id of this browser if a user of this name has signed in here, else ''."""
    device, _, code = request.cookies.get(secret_name(request.app[CONFIG], DEVICE), "").partition(".")
    keys = request.app[CONFIG].secret_keys
    fits = any(hmac.compare_digest(_code(key, device, name).encode(), code.encode("utf-8", "replace")) for key in keys)
    return device if fits else ""


def remember_device(request: web.Request, response: web.StreamResponse, name: str) -> None:
    """Makes this a known browser of the user, with a new id, for a year."""
    device = secrets.token_urlsafe(16)
    response.set_cookie(
        secret_name(request.app[CONFIG], DEVICE),
        f"{device}.{_code(request.app[CONFIG].secret_keys[0], device, name)}",
        max_age=YEAR,
        httponly=True,
        samesite="Strict",
        secure=request.app[CONFIG].production,
    )


def _code(key: str, device: str, name: str) -> str:
    signed = f"device:{device}:{typed_key(name)}".encode("utf-8", "replace")
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
