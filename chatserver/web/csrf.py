"""The CSRF token in every form, which proves that the form came from our page: an HMAC of the session's token.

OWASP, Cross-Site Request Forgery Prevention: HMAC-based token pattern. A salt makes each token different, so that
nobody can guess it bit by bit from the sizes of compressed pages (BREACH).
"""

import hashlib
import hmac
import secrets

from aiohttp import web
from aiohttp_session import get_session

from chatserver.web.app_keys import CONFIG
from chatserver.web.sessions import new_token

SALT_CHARS = 22  # 128 bits, base64url


async def csrf_token(request: web.Request) -> str:
    """Returns a token that is valid for the session, before sign-in too.

    A script that reads a part of a page gets no cookie: it would replace that of a page being opened in another tab.
    """
    session = await get_session(request)
    if session.identity is None:
        session.set_new_identity(new_token())
        if "Chat-Part" not in request.headers:
            session.changed()  # sets the cookie
    return _sign(request.app[CONFIG].secret_keys[0], secrets.token_urlsafe(16), str(session.identity))


async def fits_csrf(request: web.Request, given: str) -> bool:
    """Returns whether a token belongs to the session, under any of the secret keys."""
    session = await get_session(request)
    salt, token = given[:SALT_CHARS], str(session.identity)
    return any(
        hmac.compare_digest(_sign(key, salt, token).encode(), given.encode()) for key in request.app[CONFIG].secret_keys
    )


def _sign(key: str, salt: str, token: str) -> str:
    return salt + hmac.new(key.encode(), f"csrf:{salt}:{token}".encode(), hashlib.sha256).hexdigest()
