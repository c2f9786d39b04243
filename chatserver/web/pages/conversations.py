"""The conversations page, the chat page, and their forms."""

import contextlib
from typing import Any, NoReturn

from aiohttp import web
from yarl import URL

from chatserver.accounts.accounts import User
from chatserver.conversations import messages, threads
from chatserver.conversations.access import Membership, ThreadRequest, enter, parse_thread_id
from chatserver.conversations.read_markers import ReadMarker
from chatserver.errors import ChatError
from chatserver.validation import MAX_ID, clean_recipient, parse_id
from chatserver.web.app_keys import ACCOUNTS, CONFIG, DB, READ_MARKERS, SENDING
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.pages.preferences import choices_of
from chatserver.web.rendering.pages import render, render_refused
from chatserver.web.rendering.timezones import beginning_of, viewers_zone


async def to_conversations(_request: web.Request) -> NoReturn:
    """Redirects to the conversations."""
    raise web.HTTPSeeOther("/messages/")


async def add_slash(request: web.Request) -> NoReturn:
    """Redirects to the same address with a slash at the end, keeping the query string."""
    query = request.rel_url.raw_query_string
    raise web.HTTPSeeOther(URL(f"{request.rel_url.raw_path}/" + (f"?{query}" if query else ""), encoded=True))


async def conversations(request: web.Request) -> web.Response:
    """Shows the user's conversations and the form for a new message."""
    user = await require_user(request)
    return await render(request, "conversations.html", form=Form(), **await _conversations(request, user))


async def send_to_name(request: web.Request) -> web.Response:
    """Sends a message to a user by name; finds or creates their thread. Checks all fields before it stores anything."""
    user = await require_user(request)
    form = await read_form(request, "recipient_name", "message")
    try:
        await check_form(request)
        name = clean_recipient(form["recipient_name"])
        recipient = await request.app[ACCOUNTS].find(name)
        checked = request.app[SENDING].check(form["client_id"], form["message"], limited_for=user.id)
        thread_id = await threads.pair_thread(request.app[DB], user.id, recipient.id, checked.client_id)
        asked = ThreadRequest(thread_id, user.id)
        await request.app[SENDING].submit(asked, checked)
    except ChatError as error:
        context = await _conversations(request, user)
        return await render_refused(request, "conversations.html", form, error, **context)
    raise web.HTTPSeeOther(await _where_it_stands(request, asked))


async def _conversations(request: web.Request, user: User) -> dict[str, Any]:
    limit = None if request.query.get("list") == "all" else threads.CONVERSATIONS
    return {"path": "/messages/"} | await _list(request, user, limit, parse_id(request.query.get("open")))


async def _list(
    request: web.Request, user: User, limit: int | None = threads.CONVERSATIONS, open_id: int | None = None
) -> dict[str, Any]:
    """Returns the list beside the main part of a page; omits it if the browser requests the main part alone."""
    if request.headers.get("Chat-Part") == "main":
        return {"part": "main", "conversations": None, "more_conversations": False, "unread_total": None}
    shown = await threads.conversations(request.app[DB], user.id, limit, open_id)
    return {"part": "page"} | shown._asdict()


async def chat(request: web.Request) -> web.Response:
    """Shows a thread: its last messages, those before or after a number, or those of a day."""
    user = await require_user(request)
    if "on" in request.query:
        await _to_day(request, user)
    return await render(request, "chat.html", form=Form(), **await _chat(request, user))


async def _to_day(request: web.Request, user: User) -> NoReturn:
    """Redirects to the first message of a day in the user's zone, or after it; to the newest if there is none."""
    member = await enter(request.app[DB], _asked(request, user))
    moment = beginning_of(request.query["on"], viewers_zone(choices_of(request)))
    seq = await messages.first_since(request.app[DB], member, moment) if moment else None
    raise web.HTTPSeeOther(f"/messages/chat/{member.thread_id}/" + (f"?at={seq}" if seq else ""))


async def send_to_thread(request: web.Request) -> web.Response:
    """Sends a message from a page without scripts."""
    user = await require_user(request)
    form = await read_form(request, "message")
    asked = _asked(request, user)
    try:
        await check_form(request)
        checked = request.app[SENDING].check(form["client_id"], form["message"], limited_for=user.id)
        await request.app[SENDING].submit(asked, checked)
    except ChatError as error:
        return await render_refused(request, "chat.html", form, error, **await _chat(request, user))
    raise web.HTTPSeeOther(await _where_it_stands(request, asked))


async def mark_read(request: web.Request) -> web.Response:
    """Marks the thread as read up to `seq`: the button of a page without scripts."""
    user = await require_user(request)
    form = await read_form(request, "seq")
    asked = _asked(request, user)
    try:
        await check_form(request)
        seq = parse_id(form["seq"])
        if seq is None:
            raise ChatError("bad_frame")
        await request.app[READ_MARKERS].submit(ReadMarker(asked, seq))
    except ChatError as error:
        return await render_refused(request, "chat.html", form, error, **await _chat(request, user))
    raise web.HTTPSeeOther(f"/messages/chat/{asked.thread_id}/")


async def _chat(request: web.Request, user: User) -> dict[str, Any]:
    """Reads the thread before its messages: one stored in between is on the page and also arrives as an event."""
    db, config = request.app[DB], request.app[CONFIG]
    thread = await threads.find_thread(db, _asked(request, user))
    member = thread.membership
    path, at, later = f"/messages/chat/{thread.id}/", parse_id(request.query.get("at")), False
    if at is not None and thread.from_seq <= at <= thread.total:
        path += f"?at={at}"
        shown, more, later = await messages.around(db, config, member, at)
    elif "at" not in request.query and _left_off_far(member):
        shown, more, later = await messages.around(db, config, member, member.read_seq + 1)
    else:
        at = None
        shown, more = await messages.history(db, config, member, MAX_ID)
    context = {"thread": thread, "messages": shown, "more": more, "later": later, "at": at, "path": path}
    return context | await _list(request, user, open_id=thread.id)


async def _where_it_stands(request: web.Request, asked: ThreadRequest) -> str:
    """Returns the address of a chat that shows the message just sent: its end, wherever the user's read marker is."""
    address = f"/messages/chat/{asked.thread_id}/"
    with contextlib.suppress(ChatError):  # the message is stored: a failure now must not suggest otherwise
        address += "?at=end" if _left_off_far(await enter(request.app[DB], asked)) else ""
    return address


def _left_off_far(member: Membership) -> bool:
    """Returns whether the user's read marker is before the last page."""
    return member.unread > 0 and member.last_seq - member.read_seq > messages.PAGE


def _asked(request: web.Request, user: User) -> ThreadRequest:
    return ThreadRequest(parse_thread_id(request.match_info["thread"]), user.id)
