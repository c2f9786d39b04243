"""The chat page, and marking it as read."""

from collections.abc import Sequence
from typing import Any, NoReturn

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.config.settings import Config
from chatserver.conversations import messages, threads
from chatserver.conversations.access import Membership, ThreadRequest, enter, parse_thread_id
from chatserver.conversations.read_markers import ReadMarker
from chatserver.conversations.replies import cut, quoted
from chatserver.errors import ChatError
from chatserver.validation import MAX_ID, parse_id
from chatserver.web.app_keys import CONFIG, DB, READ_MARKERS
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.pages.conversations import list_beside
from chatserver.web.pages.preferences import choices_of
from chatserver.web.rendering.fragments import FOLD_CHARACTERS, FOLD_LINES
from chatserver.web.rendering.pages import render, render_refused
from chatserver.web.rendering.timezones import beginning_of, viewers_zone


async def chat(request: web.Request) -> web.Response:
    """Shows a thread: its last messages, those before or after a number, or those of a day."""
    user = await require_user(request)
    if "on" in request.query:
        await _to_day(request, user)
    return await render(request, "chat.html", form=Form(), **await chat_context(request, user))


async def _to_day(request: web.Request, user: User) -> NoReturn:
    """Redirects to the first message of a day in the user's zone, or after it; to the newest if there is none."""
    member = await enter(request.app[DB], asked_thread(request, user))
    moment = beginning_of(request.query["on"], viewers_zone(choices_of(request)))
    seq = await messages.first_since(request.app[DB], member, moment) if moment else None
    raise web.HTTPSeeOther(f"/messages/chat/{member.thread_id}/" + (f"?at={seq}" if seq else ""))


async def mark_read(request: web.Request) -> web.Response:
    """Marks the thread as read up to `seq`: the button of a page without scripts."""
    user = await require_user(request)
    form = await read_form(request, "seq")
    asked = asked_thread(request, user)
    try:
        await check_form(request)
        seq = parse_id(form["seq"])
        if seq is None:
            raise ChatError("bad_frame")
        await request.app[READ_MARKERS].submit(ReadMarker(asked, seq))
    except ChatError as error:
        return await render_refused(request, "chat.html", form, error, **await chat_context(request, user))
    raise web.HTTPSeeOther(f"/messages/chat/{asked.thread_id}/")


async def chat_context(request: web.Request, user: User) -> dict[str, Any]:
    """Reads the thread before its messages: one stored in between is on the page and also arrives as an event."""
    db, config = request.app[DB], request.app[CONFIG]
    thread = await threads.find_thread(db, asked_thread(request, user))
    member = thread.membership
    path, at, later = f"/messages/chat/{thread.id}/", parse_id(request.query.get("at")), False
    if at is not None and thread.from_seq <= at <= thread.total:
        path += f"?at={at}"
        shown, more, later = await messages.around(db, config, member, at)
    elif "at" not in request.query and left_off_far(member):
        shown, more, later = await messages.around(db, config, member, member.read_seq + 1)
    else:
        at = None
        shown, more = await messages.history(db, config, member, MAX_ID)
    originals = await quoted(db, config, member, shown)
    context = {
        "thread": thread,
        "messages": shown,
        "quoted": originals,
        "more": more,
        "later": later,
        "at": at,
        "path": path,
        "data": _data(config, thread, originals) | {"later": later, "at": at},
    }
    return context | await list_beside(request, user, open_id=thread.id)


def _data(config: Config, thread: threads.Thread, originals: Sequence[messages.Message]) -> dict[str, Any]:
    """Returns what the scripts are told of a chat: what is not to be seen on its page."""
    return {
        "thread": {
            "id": thread.id,
            "total": thread.total,
            "received": thread.received,
            "sent": thread.sent,
            "readSeq": thread.read_seq,
            "unread": thread.unread,
        },
        "people": [person.as_frame() for person in thread.people],
        "last": thread.total,
        "from": thread.from_seq,
        "change": thread.last_change,
        "quoted": [messages.as_frame(cut(original)) for original in originals],
        "fold": {"characters": FOLD_CHARACTERS, "lines": FOLD_LINES},
        "windows": {"edit": config.edit_window, "delete": config.delete_window},
        "reactions": config.reactions,
        "announcePeople": config.announce_people,
    }


def left_off_far(member: Membership) -> bool:
    """Returns whether the user's read marker is before the last page."""
    return member.unread > 0 and member.last_seq - member.read_seq > messages.PAGE


def asked_thread(request: web.Request, user: User) -> ThreadRequest:
    """Returns the request of the user for the thread in the path. Raises ChatError `no_such_thread`."""
    return ThreadRequest(parse_thread_id(request.match_info["thread"]), user.id)
