"""The forms that send a message: by name from the conversations page, and from the chat page."""

import contextlib

from aiohttp import web

from chatserver.conversations import messages
from chatserver.conversations.access import ThreadRequest, enter
from chatserver.conversations.pairs import pair_thread
from chatserver.errors import ChatError
from chatserver.validation import clean_recipient, parse_id, parse_number
from chatserver.web.app_keys import ACCOUNTS, DB, SENDING
from chatserver.web.current_user import require_user
from chatserver.web.pages.chat_context import chat_context, left_off_far, thread_request
from chatserver.web.pages.conversations import conversations_context
from chatserver.web.pages.sent_files import SendingForm
from chatserver.web.rendering.pages import render_refused


async def send_to_name(request: web.Request) -> web.Response:
    """Sends a message to a user by name, or to the one whom the form was for; finds or creates their thread.

    Checks all fields before it stores anything.
    """
    user = await require_user(request)
    sending = SendingForm(request, user)
    form, fixed = await sending.read("recipient_name", "recipient", "message"), None
    try:
        files = await sending.check(form)
        if form["recipient"]:
            fixed = recipient = await request.app[ACCOUNTS].find_by_id(parse_id(form["recipient"]))
        else:
            recipient = await request.app[ACCOUNTS].find(clean_recipient(form["recipient_name"]))
        checked = request.app[SENDING].check(form["client_id"], form["message"], limited_for=user.id, files=files)
        thread_id = await pair_thread(request.app[DB], user.id, recipient.id, checked.client_id)
        requested = ThreadRequest(thread_id, user.id)
        stored = await request.app[SENDING].submit(requested, checked)
        await sending.clean_up()
    except ChatError as error:
        context = await conversations_context(request, user) | {"recipient": fixed}
        return await render_refused(request, "conversations.html", form, error, **context)
    raise web.HTTPSeeOther(await where_it_stands(request, requested, stored.seq))


async def send_to_thread(request: web.Request) -> web.Response:
    """Sends a message from a page without scripts, perhaps as an answer to the message `reply`."""
    user = await require_user(request)
    sending = SendingForm(request, user)
    form = await sending.read("message", "reply")
    requested = thread_request(request, user)
    try:
        files = await sending.check(form)
        reply = _parse_reply(form["reply"])
        checked = request.app[SENDING].check(form["client_id"], form["message"], limited_for=user.id, files=files)
        stored = await request.app[SENDING].submit(requested, checked, reply)
        await sending.clean_up()
    except ChatError as error:
        answered = parse_id(form["reply"])
        context = await chat_context(request, user, at=answered, reply=answered)
        return await render_refused(request, "chat.html", form, error, **context)
    raise web.HTTPSeeOther(await where_it_stands(request, requested, stored.seq))


def _parse_reply(raw: str) -> int | None:
    """Returns the number of the message to answer; None if the field is missing or empty.

    A negative number is one, of a message that is not there. Raises ChatError `bad_frame`.
    """
    if not raw:
        return None
    return -parse_number(raw[1:]) if raw.startswith("-") else parse_number(raw)


async def where_it_stands(request: web.Request, requested: ThreadRequest, seq: int) -> str:
    """Returns the address of a chat that shows the message just sent: its end, wherever the user's read marker is.

    A message that was sent again may stand further up.
    """
    address = f"/messages/chat/{requested.thread_id}/"
    with contextlib.suppress(ChatError):  # the message is stored: a failure now must not suggest otherwise
        member = await enter(request.app[DB], requested)
        if member.last_seq - seq >= messages.PAGE:
            address += f"?at={seq}"
        elif left_off_far(member):
            address += "?at=end"
    return address
