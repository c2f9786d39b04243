"""The page of notifications: which browsers get them, and what they show."""

from typing import Any

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.errors import ChatError
from chatserver.notifications.addresses import ask_for_email, choose_digest, mail_choices_of
from chatserver.notifications.choices import PREVIEWS, choose_preview, preview_of
from chatserver.notifications.subscriptions import ask_for_trial, end_subscription, subscriptions_of
from chatserver.validation import parse_id
from chatserver.web.app_keys import CONFIG, DB, SESSIONS, VAPID_KEYS
from chatserver.web.bodies import read_form_pairs
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.rendering.pages import render, render_refused

NOTIFICATIONS = "/messages/notifications/"
IN_EVERY_FORM = ("csrf_token", "client_id")


async def show(request: web.Request) -> web.Response:
    """Shows the page."""
    user = await require_user(request)
    return await render(request, "notifications.html", form=Form(), **await _context(request, user))


async def change(request: web.Request) -> web.Response:
    """Does what the one field of a form says."""
    user = await require_user(request)
    form = await read_form(request)
    fields = [(name, value) for name, value in await read_form_pairs(request) if name not in IN_EVERY_FORM]
    form.values |= {name: value for name, value in fields if name == "email" and isinstance(value, str)}
    try:
        await check_form(request)
        if len(fields) != 1 or not isinstance(fields[0][1], str):
            raise ChatError("bad_frame")
        done = await _change(request, user, *fields[0])
    except ChatError as error:
        return await render_refused(request, "notifications.html", form, error, **await _context(request, user))
    raise web.HTTPSeeOther(f"{NOTIFICATIONS}?done={done}")


async def _change(request: web.Request, user: User, name: str, value: str) -> str:
    """Does it, and returns what the page then says. Raises ChatError `bad_frame`."""
    db, config = request.app[DB], request.app[CONFIG]
    if name == "preview" and value in PREVIEWS:
        await choose_preview(db, user, value)
        return "saved"
    if name == "end" and (subscription_id := parse_id(value)) is not None:
        await end_subscription(db, user, subscription_id)
        return "ended"
    if name == "digest" and value in {"yes", "no"}:
        await choose_digest(db, user, value == "yes")
        return "saved"
    if name == "email" and config.smtp_url:
        return "asked" if await ask_for_email(db, user, value.strip()) else "saved"
    if name == "test" and value == "yes":
        return "test" if await ask_for_trial(db, user) else "no_subscription"
    raise ChatError("bad_frame")


async def _context(request: web.Request, user: User) -> dict[str, Any]:
    db = request.app[DB]
    return {
        "path": NOTIFICATIONS,
        "pushes": bool(request.app[VAPID_KEYS]),
        "browsers": await subscriptions_of(db, user),
        "own_key": request.app[SESSIONS].key_of(request),
        "preview": await preview_of(db, user),
        "mails": bool(request.app[CONFIG].smtp_url),
        "digests": request.app[CONFIG].digest_after > 0,
        "mail": await mail_choices_of(db, user),
        "done": request.query.get("done", ""),
    }
