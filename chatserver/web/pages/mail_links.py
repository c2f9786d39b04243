"""The links in mails: to get no more of them, by one click of whoever has the link, and to confirm an address."""

import re
from uuid import UUID

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.errors import ChatError
from chatserver.notifications.addresses import confirm_email, email_to_confirm, end_mails, is_off_link
from chatserver.web.app_keys import DB
from chatserver.web.bodies import read_form_fields
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.rendering.pages import render, render_bare, render_refused

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
OFF_TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


async def off_page(request: web.Request) -> web.Response:
    """Asks whether to end the mails: a GET changes nothing, since programs follow links."""
    if not await is_off_link(request.app[DB], _off_token(request)):
        raise web.HTTPNotFound
    return render_bare(request, "mail_off.html", done=False)


async def off(request: web.Request) -> web.Response:
    """Ends the mails, also for a mail program that posts by itself: without session and CSRF token (RFC 8058)."""
    token = _off_token(request)
    await read_form_fields(request)
    if not await end_mails(request.app[DB], token):
        raise web.HTTPNotFound
    return render_bare(request, "mail_off.html", done=True)


def _off_token(request: web.Request) -> UUID:
    token = request.match_info["token"]
    if not OFF_TOKEN.fullmatch(token):
        raise web.HTTPNotFound
    return UUID(token)


async def confirm_page(request: web.Request) -> web.Response:
    """Asks whether to confirm an address: a GET changes nothing."""
    user = await require_user(request)
    return await render(request, "mail_confirm.html", form=Form(), email=await _email(request, user))


async def confirm(request: web.Request) -> web.Response:
    """Confirms an address of the user who has asked for it."""
    user = await require_user(request)
    email = await _email(request, user)
    form = await read_form(request)
    try:
        await check_form(request)
    except ChatError as error:
        return await render_refused(request, "mail_confirm.html", form, error, email=email)
    await confirm_email(request.app[DB], user, request.match_info["token"])
    raise web.HTTPSeeOther("/messages/notifications/?done=confirmed")


async def _email(request: web.Request, user: User) -> str:
    token = request.match_info["token"]
    email = await email_to_confirm(request.app[DB], user, token) if TOKEN.fullmatch(token) else None
    if email is None:
        raise web.HTTPNotFound
    return email
