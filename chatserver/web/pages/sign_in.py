"""Sign-up, sign-in and sign-out."""

import logging

from aiohttp import web
from yarl import URL

from chatserver.accounts.accounts import VerifiedUser
from chatserver.accounts.revocation import end_sessions, end_subscriptions
from chatserver.errors import ChatError
from chatserver.web.app_keys import ACCOUNTS, CONFIG, DB, LOGIN_LIMITS, PUBLISHER, SESSIONS, SITE
from chatserver.web.client_address import client_address, client_network
from chatserver.web.current_user import (
    SIGN_IN,
    SIGNED_OUT,
    SITE_SIGN_IN,
    begin_session,
    refuse_passwords,
    start_address,
)
from chatserver.web.device_cookie import known_device
from chatserver.web.forms import Form, check_form, read_form, safe_next
from chatserver.web.rendering.pages import render, render_bare, render_refused
from chatserver.web.sessions import find_user

log = logging.getLogger(__name__)

CLEAR = {"Clear-Site-Data": '"cache"'}  # at sign-out (W3C, Clear Site Data)


async def sign_up_page(request: web.Request) -> web.Response:
    """Shows the sign-up form, or where to ask for an account if sign-up is closed."""
    _leave_to_site(request)
    if not request.app[SITE].takes_sign_ups:
        return await render_refused(request, "sign_up_closed.html", Form(), ChatError("sign_up_closed"))
    return await render(request, "sign_up.html", form=Form())


def _leave_to_site(request: web.Request) -> None:
    """Redirects to the site's sign-in with the same `next`, if it alone signs people in."""
    if request.app[CONFIG].sso_only:
        target = request.query.get("next")
        raise web.HTTPSeeOther(URL(SITE_SIGN_IN).with_query({"next": target} if target is not None else {}))


async def sign_up(request: web.Request) -> web.Response:
    """Creates an account and signs the user in."""
    refuse_passwords(request)
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
    _leave_to_site(request)
    target, deleted = safe_next(request.query.get("next", "")), request.query.get("deleted") == "yes"
    return await render(request, "sign_in.html", form=Form(), next=target, deleted=deleted, start=start_address(target))


async def sign_in(request: web.Request) -> web.Response:
    """Checks the password within the login limits, signs the user in, and remembers the browser."""
    refuse_passwords(request)
    form = await read_form(request, "username", "password", "next")
    target = safe_next(form["next"])
    try:
        await check_form(request)
        checked = await _check_password(request, form["username"], form["password"])
        response = await begin_session(request, checked, target)
    except ChatError as error:
        log.info("sign-in refused from %s: %s", client_address(request), error.code)
        context = {"next": target, "deleted": False, "start": start_address(target)}
        return await render_refused(request, "sign_in.html", form, error, **context)
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


async def signed_out(request: web.Request) -> web.Response:
    """Shows that one is signed out, and the ways back: it never goes on by itself, or one would be in again."""
    return render_bare(request, "signed_out.html", deleted=request.query.get("deleted") == "yes", start=SITE_SIGN_IN)


async def sign_out(request: web.Request) -> web.Response:
    """Ends this browser's session and closes its sockets; other browsers stay signed in."""
    only_site = request.app[CONFIG].sso_only
    await read_form(request)
    user = await find_user(request)
    if user is not None or not only_site:
        await check_form(request)
    response = web.Response(status=303, headers={"Location": SIGNED_OUT if only_site else SIGN_IN, **CLEAR})
    sessions, publisher = request.app[SESSIONS], request.app[PUBLISHER]
    if user is not None:
        await end_sessions(request.app[DB], sessions.session_index, publisher, user, [sessions.key_of(request)])
        log.info("signed out: user %d from %s", user.id, client_address(request))
    else:  # the session had run out, but its browser was still pushed to
        await end_subscriptions(request.app[DB], [sessions.key_of(request)])
    sessions.forget(response)
    return response
