"""Confirms what someone without a password asks for: they type their name, soon after a token of the site."""

import time

from aiohttp import web
from aiohttp_session import get_session
from yarl import URL

from chatserver.accounts.accounts import User
from chatserver.accounts.names import typed_key
from chatserver.errors import ChatError
from chatserver.web.current_user import SITE_SIGN_IN
from chatserver.web.forms import Form

RECENT = 600  # seconds since the last token


async def confirm_by_token(request: web.Request, user: User, form: Form) -> None:
    """Raises ChatError `bad_name` unless the form has the user's name, in any case.

    Redirects to the site, and from there back to the account page, if the last token of the session is too old.
    """
    if typed_key(form["confirm"]) != typed_key(user.name):
        raise ChatError("bad_name")
    if time.time() - (await get_session(request)).get("token_at", 0) > RECENT:
        raise web.HTTPSeeOther(URL(SITE_SIGN_IN).with_query(next="/messages/account/"))
