"""The forms that send a message: by name from the conversations page, and from the chat page."""

import contextlib

from aiohttp import web

from chatserver.conversations import threads
from chatserver.conversations.access import ThreadRequest, enter
from chatserver.errors import ChatError
from chatserver.validation import clean_recipient, parse_id, parse_number
from chatserver.web.app_keys import ACCOUNTS, DB, SENDING
from chatserver.web.current_user import require_user
from chatserver.web.forms import check_form, read_form
from chatserver.web.pages.chat_context import chat_context, left_off_far, thread_request
from chatserver.web.pages.conversations import conversations_context
from chatserver.web.rendering.pages import render_refused


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
        requested = ThreadRequest(thread_id, user.id)
        await request.app[SENDING].submit(requested, checked)
    except ChatError as error:
        context = await conversations_context(request, user)
        return await render_refused(request, "conversations.html", form, error, **context)
    raise web.HTTPSeeOther(await _where_it_stands(request, requested))


async def send_to_thread(request: web.Request) -> web.Response:
    """Sends a message from a page without scripts, perhaps as an answer to the message `reply`."""
    user = await require_user(request)
    form = await read_form(request, "message", "reply")
    requested = thread_request(request, user)
    try:
        await check_form(request)
        reply = _parse_reply(form["reply"])
        checked = request.app[SENDING].check(form["client_id"], form["message"], limited_for=user.id)
        await request.app[SENDING].submit(requested, checked, reply)
    except ChatError as error:
        answered = parse_id(form["reply"])
        context = await chat_context(request, user, at=answered, reply=answered)
        return await render_refused(request, "chat.html", form, error, **context)
    raise web.HTTPSeeOther(await _where_it_stands(request, requested))


def _parse_reply(raw: str) -> int | None:
    """Returns the number of the message to answer; None if the field is missing or empty.

    A negative number is one, of a message that is not there. Raises ChatError `bad_frame`.
    """
    if not raw:
        return None
    return -parse_number(raw[1:]) if raw.startswith("-") else parse_number(raw)


async def _where_it_stands(request: web.Request, requested: ThreadRequest) -> str:
    """Returns the address of a chat that shows the message just sent: its end, wherever the user's read marker is."""
    address = f"/messages/chat/{requested.thread_id}/"
    with contextlib.suppress(ChatError):  # the message is stored: a failure now must not suggest otherwise
        address += "?at=end" if left_off_far(await enter(request.app[DB], requested)) else ""
    return address
