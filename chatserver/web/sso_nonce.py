"""The nonce that binds a token to the browser that asked for it: an HMAC of this browser's cookie and the time.

Nothing is stored, and each tab may have its own. Without it another site could sign a visitor in as somebody else
(login CSRF).
"""

import hashlib
import hmac
import secrets
from time import time

from aiohttp import web

from chatserver.web.app_keys import CONFIG
from chatserver.web.cookies import SSO, secret_name
from chatserver.web.sessions import TOKEN, new_token

LIFE = 30 * 60  # seconds, of the nonce and of the cookie


def browser_token(request: web.Request) -> str:
    """Returns the token in the browser's cookie, '' without one."""
    token = request.cookies.get(secret_name(request.app[CONFIG], SSO), "")
    return token if TOKEN.fullmatch(token) else ""


def give_nonce(request: web.Request, response: web.StreamResponse) -> str:
    """Returns a new nonce for this browser, and sets the cookie unless it is there."""
    token, config = browser_token(request), request.app[CONFIG]
    if not token:
        token = new_token()
        response.set_cookie(
            secret_name(config, SSO), token, max_age=LIFE, httponly=True, samesite="Lax", secure=config.production
        )
    salt = f"{secrets.token_urlsafe(16)}.{int(time())}"
    return f"{salt}.{_code(config.secret_keys[0], salt, token)}"


def fits_nonce(request: web.Request, nonce: object) -> bool:
    """Tells whether a nonce was made for this browser, at most half an hour ago, under any of the secret keys."""
    token = browser_token(request)
    if not isinstance(nonce, str) or not token:
        return False
    salt, _, code = nonce.rpartition(".")
    made_at = salt.rpartition(".")[2]
    fits = any(
        hmac.compare_digest(_code(key, salt, token).encode(), code.encode("utf-8", "replace"))
        for key in request.app[CONFIG].secret_keys
    )
    return fits and 0 <= time() - int(made_at) <= LIFE


def _code(key: str, salt: str, token: str) -> str:
    signed = f"sso:{salt}:{token}".encode("utf-8", "replace")
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
