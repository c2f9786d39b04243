"""The chat page, marking it as read, and muting it."""

from typing import NoReturn

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.conversations import messages
from chatserver.conversations.access import enter
from chatserver.conversations.mutes import SECONDS, set_mute
from chatserver.conversations.read_markers import ReadMarker
from chatserver.errors import ChatError
from chatserver.validation import parse_id
from chatserver.web.app_keys import DB, PUBLISHER, READ_MARKERS
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.pages.chat_context import chat_context, thread_request
from chatserver.web.pages.preferences import choices_of
from chatserver.web.rendering.pages import render, render_refused
from chatserver.web.rendering.timezones import beginning_of, viewers_zone


async def chat(request: web.Request) -> web.Response:
    """Shows a thread: its last messages, those around a number, or those of a day.

    The form below is for a new message, for another text of the message `edit`, or for an answer to `reply`; of what
    the user may not edit or see the page is the plain chat.
    """
    user = await require_user(request)
    if "on" in request.query:
        await _to_day(request, user)
    form = Form()
    at, edit, reply = (parse_id(request.query.get(name)) for name in ("at", "edit", "reply"))
    context = await chat_context(request, user, at=edit or reply or at, edit=edit, reply=None if edit else reply)
    if edit or reply:
        about = context["about"]
        if about is None or (edit and not context["may_edit"]):
            context = await chat_context(request, user)
        elif edit:
            change = about.state.change if about.state else 0
            form.values |= {"seq": str(edit), "base": str(change), "message": about.text}
        else:
            form.values["reply"] = str(reply)
    return await render(request, "chat.html", form=form, **context)


async def _to_day(request: web.Request, user: User) -> NoReturn:
    """Redirects to the first message of a day in the user's zone, or after it; to the newest if there is none."""
    member = await enter(request.app[DB], thread_request(request, user))
    moment = beginning_of(request.query["on"], viewers_zone(choices_of(request)))
    seq = await messages.first_since(request.app[DB], member, moment) if moment else None
    raise web.HTTPSeeOther(f"/messages/chat/{member.thread_id}/" + (f"?at={seq}" if seq else ""))


async def mark_read(request: web.Request) -> web.Response:
    """Marks the thread as read up to `seq`: the button of a page without scripts."""
    user = await require_user(request)
    form = await read_form(request, "seq")
    requested = thread_request(request, user)
    try:
        await check_form(request)
        seq = parse_id(form["seq"])
        if seq is None:
            raise ChatError("bad_frame")
        await request.app[READ_MARKERS].submit(ReadMarker(requested, seq))
    except ChatError as error:
        return await render_refused(request, "chat.html", form, error, **await chat_context(request, user))
    raise web.HTTPSeeOther(f"/messages/chat/{requested.thread_id}/")


async def mute(request: web.Request) -> web.Response:
    """Mutes the thread for a time or for good, or ends that."""
    user = await require_user(request)
    form = await read_form(request, "until")
    requested = thread_request(request, user)
    try:
        await check_form(request)
        if form["until"] not in SECONDS:
            raise ChatError("bad_frame")
        await set_mute(request.app[DB], request.app[PUBLISHER], requested, form["until"])
    except ChatError as error:
        return await render_refused(request, "chat.html", form, error, **await chat_context(request, user))
    raise web.HTTPSeeOther(f"/messages/chat/{requested.thread_id}/")
