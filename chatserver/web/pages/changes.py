"""The forms that change a message on a page without scripts: another text, deletion, reactions."""

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import ChangedMeanwhile
from chatserver.conversations.deletions import deletion
from chatserver.conversations.edits import edit as edited
from chatserver.conversations.reactions import reaction
from chatserver.errors import ChatError
from chatserver.validation import clean_text, parse_id, parse_number
from chatserver.web.app_keys import CHANGE_STORE, CONFIG, RATES
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.pages.chat_context import chat_context, thread_request
from chatserver.web.rendering.pages import render_refused

ON = {"yes": True, "no": False}


async def edit(request: web.Request) -> web.Response:
    """Gives a message of the user's another text; `base` is the last change of it that its page showed."""
    user = await require_user(request)
    form = await read_form(request, "seq", "base", "message")
    requested = thread_request(request, user)
    try:
        await check_form(request)
        seq, base = parse_number(form["seq"]), parse_number(form["base"])
        request.app[RATES].messages.check(user.id)
        text = clean_text(form["message"], request.app[CONFIG].max_message_chars, may_be_empty=True)
        await request.app[CHANGE_STORE].submit(edited(requested, seq, text, base))
    except ChatError as error:
        return await _refused(request, user, form, error, editing=parse_id(form["seq"]))
    raise _back_to(requested, seq)


async def delete(request: web.Request) -> web.Response:
    """Deletes a message: the user's own, or anybody's in a group that the user owns."""
    user = await require_user(request)
    form = await read_form(request, "seq")
    requested = thread_request(request, user)
    try:
        await check_form(request)
        seq = parse_number(form["seq"])
        request.app[RATES].messages.check(user.id)
        await request.app[CHANGE_STORE].submit(deletion(requested, seq))
    except ChatError as error:
        return await _refused(request, user, form, error)
    raise _back_to(requested, seq)


async def react(request: web.Request) -> web.Response:
    """Sets a reaction of the user's, or takes it off."""
    user = await require_user(request)
    form = await read_form(request, "seq", "emoji", "on")
    requested = thread_request(request, user)
    try:
        await check_form(request)
        seq, on = parse_number(form["seq"]), ON.get(form["on"])
        if on is None:
            raise ChatError("bad_frame")
        request.app[RATES].messages.check(user.id)
        await request.app[CHANGE_STORE].submit(reaction(request.app[CONFIG], requested, seq, form["emoji"], on=on))
    except ChatError as error:
        return await _refused(request, user, form, error)
    raise _back_to(requested, seq)


async def _refused(
    request: web.Request, user: User, form: Form, error: ChatError, editing: int | None = None
) -> web.Response:
    """Shows the chat around the message; of one that was changed meanwhile both texts, and what to do about it."""
    context = await chat_context(request, user, at=parse_id(form["seq"]), edit=editing)
    if isinstance(error, ChangedMeanwhile):
        form.values["base"] = str(error.present["change"])
        context["present"] = error.present["text"]
    return await render_refused(request, "chat.html", form, error, **context)


def _back_to(requested: ThreadRequest, seq: int) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"/messages/chat/{requested.thread_id}/?at={seq}")
