"""Signing up, in and out."""

import logging
from typing import NoReturn

from aiohttp import web
from yarl import URL

from chatserver.accounts import User
from chatserver.errors import ChatError
from chatserver.forms import Form, check_form, read_form, safe_next
from chatserver.keys import ACCOUNTS, PUBLISHER, SESSIONS
from chatserver.proxies import client_address
from chatserver.realtime.protocol import signed_out
from chatserver.rendering import render, render_refused
from chatserver.sessions import find_user

log = logging.getLogger(__name__)

SIGN_IN = "/messages/sign-in/"


async def sign_up_page(request: web.Request) -> web.Response:
    return await render(request, "sign_up.html", form=Form())


async def sign_up(request: web.Request) -> web.Response:
    form = await read_form(request, "username", "password")
    try:
        await check_form(request)
        user = await request.app[ACCOUNTS].sign_up(form["username"], form["password"])
    except ChatError as error:
        return await render_refused(request, "sign_up.html", form, error)
    log.info("signed up: user %d from %s", user.id, client_address(request))
    await _begin_session(request, user)
    raise web.HTTPSeeOther("/messages/")


async def sign_in_page(request: web.Request) -> web.Response:
    return await render(request, "sign_in.html", form=Form(), next=safe_next(request.query.get("next", "")))


async def sign_in(request: web.Request) -> web.Response:
    form = await read_form(request, "username", "password", "next")
    target = safe_next(form["next"])
    try:
        await check_form(request)
        user = await request.app[ACCOUNTS].check(form["username"], form["password"])
    except ChatError as error:
        log.info("sign-in refused from %s: %s", client_address(request), error.code)
        return await render_refused(request, "sign_in.html", form, error, next=target)
    log.info("signed in: user %d from %s", user.id, client_address(request))
    await _begin_session(request, user)
    raise web.HTTPSeeOther(URL(target, encoded=True))


async def _begin_session(request: web.Request, user: User) -> None:
    """The browser's old session ends, and its sockets with it: its other pages must not go on as somebody else."""
    former = await find_user(request)
    key = await request.app[SESSIONS].begin(request, user)
    if former is not None:
        request.app[PUBLISHER].publish([former.id], signed_out(key))


async def sign_out(request: web.Request) -> web.Response:
    """Ends this browser's session and closes its sockets; other browsers stay."""
    await read_form(request)
    await check_form(request)
    user = await find_user(request)
    response = web.Response(status=303, headers={"Location": SIGN_IN})
    key = await request.app[SESSIONS].end(request, response)
    if user is not None:
        log.info("signed out: user %d from %s", user.id, client_address(request))
        request.app[PUBLISHER].publish([user.id], signed_out(key))
    return response


async def require_user(request: web.Request) -> User:
    """The person signed in; everyone else is sent to sign in and then back."""
    user = await find_user(request)
    if user is None:
        _to_sign_in(request)
    return user


def _to_sign_in(request: web.Request) -> NoReturn:
    back = request.path_qs if request.method == "GET" else "/messages/"
    raise web.HTTPSeeOther(URL(SIGN_IN).with_query({"next": back} if back != "/messages/" else {}))
