"""Sign-up, sign-in and sign-out."""

import logging

from aiohttp import web

from chatserver.accounts.accounts import VerifiedUser
from chatserver.accounts.revocation import close_sockets
from chatserver.errors import ChatError
from chatserver.web.app_keys import ACCOUNTS, LOGIN_LIMITS, PUBLISHER, SESSIONS, SITE
from chatserver.web.client_address import client_address, client_network
from chatserver.web.current_user import SIGN_IN, begin_session
from chatserver.web.device_cookie import known_device
from chatserver.web.forms import Form, check_form, read_form, safe_next
from chatserver.web.rendering.pages import render, render_refused
from chatserver.web.sessions import find_user

log = logging.getLogger(__name__)

CLEAR = {"Clear-Site-Data": '"cache"'}  # at sign-out (W3C, Clear Site Data)


async def sign_up_page(request: web.Request) -> web.Response:
    """Shows the sign-up form, or where to ask for an account if sign-up is closed."""
    if not request.app[SITE].takes_sign_ups:
        return await render_refused(request, "sign_up_closed.html", Form(), ChatError("sign_up_closed"))
    return await render(request, "sign_up.html", form=Form())


async def sign_up(request: web.Request) -> web.Response:
    """Creates an account and signs the user in."""
    form = await read_form(request, "username", "password")
    address = client_address(request)
    template = "sign_up.html" if request.app[SITE].takes_sign_ups else "sign_up_closed.html"
    try:
        if not request.app[SITE].takes_sign_ups:
            raise ChatError("sign_up_closed")
        await check_form(request)
        await request.app[LOGIN_LIMITS].sign_up(client_network(request))
        checked = await request.app[ACCOUNTS].sign_up(form["username"], form["password"])
    except ChatError as error:
        log.info("sign-up refused from %s: %s", address, error.code)
        return await render_refused(request, template, form, error)
    log.info("signed up: user %d from %s", checked.user.id, address)
    return await begin_session(request, checked, "/messages/")


async def sign_in_page(request: web.Request) -> web.Response:
    """Shows the sign-in form, which leads to `next` afterwards."""
    target, deleted = safe_next(request.query.get("next", "")), request.query.get("deleted") == "yes"
    return await render(request, "sign_in.html", form=Form(), next=target, deleted=deleted)


async def sign_in(request: web.Request) -> web.Response:
    """Checks the password within the login limits, signs the user in, and remembers the browser."""
    form = await read_form(request, "username", "password", "next")
    target = safe_next(form["next"])
    try:
        await check_form(request)
        checked = await _check_password(request, form["username"], form["password"])
        response = await begin_session(request, checked, target)
    except ChatError as error:
        log.info("sign-in refused from %s: %s", client_address(request), error.code)
        return await render_refused(request, "sign_in.html", form, error, next=target, deleted=False)
    log.info("signed in: user %d from %s", checked.user.id, client_address(request))
    return response


async def _check_password(request: web.Request, name: str, password: str) -> VerifiedUser:
    attempts, network = request.app[LOGIN_LIMITS], client_network(request)
    device = await attempts.sign_in(name, network, known_device(request, name))
    try:
        checked = await request.app[ACCOUNTS].check(name, password)
    except ChatError as error:
        if error.code == "wrong_password":
            await attempts.failed(network)
        raise
    await attempts.succeeded(name, device)
    return checked


async def sign_out(request: web.Request) -> web.Response:
    """Ends this browser's session and closes its sockets; other browsers stay signed in."""
    await read_form(request)
    await check_form(request)
    user = await find_user(request)
    response = web.Response(status=303, headers={"Location": SIGN_IN, **CLEAR})
    key = await request.app[SESSIONS].end(request, response)
    if user is not None:
        log.info("signed out: user %d from %s", user.id, client_address(request))
        close_sockets(request.app[PUBLISHER], user, [key])
    return response
