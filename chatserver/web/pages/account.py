"""The account page and its forms: password, sessions, privacy, time zone, export, deletion."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from chatserver.accounts import blocks, revocation
from chatserver.accounts.accounts import User, VerifiedUser
from chatserver.accounts.privacy import Privacy, privacy_of, set_privacy
from chatserver.accounts.revocation import revoke
from chatserver.errors import ChatError
from chatserver.i18n import current_language
from chatserver.web.app_keys import ACCOUNTS, CONFIG, DB, EXPORTS, GROUPS, LOGIN_LIMITS, PUBLISHER, REDIS, SESSIONS
from chatserver.web.client_address import client_address
from chatserver.web.confirmation import confirm_by_token
from chatserver.web.current_user import SIGN_IN, SIGNED_OUT, refuse_passwords, renew_session, require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.pages.preferences import choices_of, remember_choice
from chatserver.web.pages.sign_in import CLEAR
from chatserver.web.rendering.pages import render, render_refused
from chatserver.web.rendering.timezones import BROWSERS, CHOSEN, browsers_zone, newest_name, zone_names

log = logging.getLogger(__name__)

ACCOUNT = "/messages/account/"
OTHERS = "others"
WHO_ADDS_ME = ("everybody", "known")

Work = Callable[[web.Request, User, Form], Awaitable[web.Response]]


async def account(request: web.Request) -> web.Response:
    """Shows the account page."""
    user = await require_user(request)
    return await render(request, "account.html", form=Form(), **await _account(request, user))


async def change_password(request: web.Request) -> web.Response:
    """Changes the password. Ends the user's other sessions before and after it: a sign-in may happen in between."""
    refuse_passwords(request)

    async def work(request: web.Request, user: User, form: Form) -> web.Response:
        checked = await check_password_again(request, user, form, "current_password")
        request.app[ACCOUNTS].check_new_password(user, form["new_password"])
        session_index, publisher = request.app[SESSIONS].session_index, request.app[PUBLISHER]
        await revoke(request.app[DB], session_index, publisher, user, request.app[SESSIONS].key_of(request))
        changed = await request.app[ACCOUNTS].change_password(checked, form["new_password"])
        await revoke(request.app[DB], session_index, publisher, user, await renew_session(request, user))
        if not await request.app[ACCOUNTS].still_holds(changed):  # the account was disabled and signed out meanwhile
            await revoke(request.app[DB], session_index, publisher, user)
            raise web.HTTPSeeOther(SIGN_IN)
        log.info("password changed: user %d from %s", user.id, client_address(request))
        return _done("password")

    return await _handle(request, work, "current_password", "new_password")


async def end_sessions(request: web.Request) -> web.Response:
    """Ends one session, by its id, or all sessions but this browser's."""

    async def work(request: web.Request, user: User, form: Form) -> web.Response:
        await _confirm(request, user, form, "sessions_password")
        sessions, publisher = request.app[SESSIONS], request.app[PUBLISHER]
        own_key = sessions.key_of(request)
        if form["end"] == OTHERS:
            await revoke(request.app[DB], sessions.session_index, publisher, user, own_key)
        else:
            found = await sessions.session_index.all_of(user.id, own_key)
            keys = [sign_in.key for sign_in in found if sign_in.id == form["end"]]
            await revocation.end_sessions(request.app[DB], sessions.session_index, publisher, user, keys)
        log.info("sessions ended: user %d from %s", user.id, client_address(request))
        return _done("sessions")

    return await _handle(request, work, "sessions_password", "confirm", "end")


async def change_privacy(request: web.Request) -> web.Response:
    """Stores whether other users see this user's presence and receipts, and who may add them to groups."""

    async def work(request: web.Request, user: User, form: Form) -> web.Response:
        if form["who_adds_me"] not in {"", *WHO_ADDS_ME}:
            raise ChatError("bad_frame")
        chosen = Privacy(
            shows_online=form["online"] == "yes",
            shows_seen=form["seen"] == "yes",
            who_adds_me=form["who_adds_me"] or None,
        )
        await set_privacy(request.app[DB], request.app[REDIS], request.app[CONFIG], user, chosen)
        return _done("privacy")

    return await _handle(request, work, "online", "seen", "who_adds_me")


async def choose_zone(request: web.Request) -> web.Response:
    """Stores the time zone in this browser, like the language; '' means the browser's own zone."""

    async def work(request: web.Request, _user: User, form: Form) -> web.Response:
        if form["zone"] and form["zone"] not in zone_names("en"):
            raise ChatError("bad_frame")
        response = _done("zone")
        remember_choice(request, response, CHOSEN, form["zone"])
        return response

    return await _handle(request, work, "zone")


async def request_export(request: web.Request) -> web.Response:
    """Requests an export, unless one is waiting or being prepared already."""

    async def work(request: web.Request, user: User, _: Form) -> web.Response:
        begun = await request.app[EXPORTS].request(user)
        return _done("export" if begun else "export_running")

    return await _handle(request, work)


async def delete_account(request: web.Request) -> web.Response:
    """Deletes the account for good. Ends the sessions before and after it: none may outlive the account."""

    async def work(request: web.Request, user: User, form: Form) -> web.Response:
        if not request.app[CONFIG].sso_delete and not await request.app[ACCOUNTS].has_password(user):
            raise web.HTTPNotFound
        await _confirm(request, user, form, "delete_password")
        session_index, publisher = request.app[SESSIONS].session_index, request.app[PUBLISHER]
        await revoke(request.app[DB], session_index, publisher, user)
        end = await request.app[ACCOUNTS].delete(user, request.app[CONFIG].name_reservation_days)
        await request.app[GROUPS].publish_notes(end.groups)
        await revoke(request.app[DB], session_index, publisher, user, ended_at=end.ended_at)
        log.info("account deleted: user %d from %s", user.id, client_address(request))
        after = SIGNED_OUT if request.app[CONFIG].sso_only else SIGN_IN
        response = web.Response(status=303, headers={"Location": f"{after}?deleted=yes", **CLEAR})
        request.app[SESSIONS].forget(response)
        return response

    return await _handle(request, work, "delete_password", "confirm")


async def _handle(request: web.Request, work: Work, *fields: str) -> web.Response:
    """Processes a form of the page, or shows the page again with the error. Never sends a password back."""
    user = await require_user(request)
    form = await read_form(request, *fields)
    try:
        await check_form(request)
        return await work(request, user, form)
    except ChatError as error:
        return await render_refused(request, "account.html", form, error, **await _account(request, user))


async def _confirm(request: web.Request, user: User, form: Form, field: str) -> None:
    """Makes sure that it is the user who asks: by the password, or by the name and a recent token of the site."""
    if await request.app[ACCOUNTS].has_password(user):
        await check_password_again(request, user, form, field)
    else:
        await confirm_by_token(request, user, form)


async def check_password_again(request: web.Request, user: User, form: Form, field: str) -> VerifiedUser:
    """Checks the user's password again. Raises ChatError `wrong_current_password` or `too_many_tries`."""
    attempts, session_key = request.app[LOGIN_LIMITS], request.app[SESSIONS].key_of(request)
    await attempts.current_password(session_key)
    checked = await request.app[ACCOUNTS].check_again(user, form[field])
    await attempts.current_password_confirmed(session_key)
    return checked


async def _account(request: web.Request, user: User) -> dict[str, Any]:
    sessions = request.app[SESSIONS]
    zones, own_name = zone_names(current_language()), browsers_zone(choices_of(request)).key
    own_zone = zones.get(own_name) or zones.get(newest_name(own_name), own_name)
    has_password = await request.app[ACCOUNTS].has_password(user)
    return {
        "path": ACCOUNT,
        "sessions": await sessions.session_index.all_of(user.id, sessions.key_of(request)),
        "privacy": await privacy_of(request.app[DB], user),
        "blocked": await blocks.blocked_by(request.app[DB], user),
        "export": await request.app[EXPORTS].state_of(user),
        "done": request.query.get("done", ""),
        "name_reservation_days": request.app[CONFIG].name_reservation_days,
        "has_password": has_password,
        "may_delete": has_password or request.app[CONFIG].sso_delete,
        "zones": zones,
        "browsers_zone": own_zone if choices_of(request)[BROWSERS] else "",
    }


def _done(what: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"{ACCOUNT}?done={what}"})
