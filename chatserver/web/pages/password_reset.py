"""The reset link, which an administrator sends to a user who forgot the password. It works once."""

import logging

from aiohttp import web

from chatserver.accounts.revocation import revoke
from chatserver.errors import ChatError
from chatserver.web.app_keys import ACCOUNTS, DB, PUBLISHER, SESSIONS
from chatserver.web.client_address import client_address
from chatserver.web.current_user import begin_session, refuse_passwords
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.rendering.pages import render, render_refused

log = logging.getLogger(__name__)


async def reset_page(request: web.Request) -> web.Response:
    """Shows the form. Does not use the link up: programs that preview links request it, too."""
    refuse_passwords(request)
    user = await request.app[ACCOUNTS].find_reset(request.match_info["token"])
    return await render(request, "reset.html", form=Form(), name=user.name)


async def reset(request: web.Request) -> web.Response:
    """Sets the password, ends all sessions of the user, and begins a new one."""
    refuse_passwords(request)
    form = await read_form(request, "new_password")
    accounts, token = request.app[ACCOUNTS], request.match_info["token"]
    user = await accounts.find_reset(token)
    try:
        await check_form(request)
        accounts.check_new_password(user, form["new_password"])
        await revoke(request.app[DB], request.app[SESSIONS].session_index, request.app[PUBLISHER], user)
        checked = await accounts.reset_password(token, form["new_password"])
        await revoke(request.app[DB], request.app[SESSIONS].session_index, request.app[PUBLISHER], user)
    except ChatError as error:
        return await render_refused(request, "reset.html", form, error, name=user.name)
    log.info("password reset: user %d from %s", user.id, client_address(request))
    return await begin_session(request, checked, "/messages/")
