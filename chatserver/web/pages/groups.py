"""The pages of groups: creating one, its people and their roles, its title, and leaving it."""

from typing import Any

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.accounts.directory import find_all
from chatserver.conversations import threads
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.groups.creation import NewGroup
from chatserver.conversations.groups.page import group_page
from chatserver.conversations.pairs import pair_thread
from chatserver.conversations.sending import CheckedMessage
from chatserver.errors import ChatError
from chatserver.validation import (
    clean_new_title,
    clean_title,
    is_blank,
    parse_id,
    parse_number,
    parse_uuid,
    split_names,
)
from chatserver.web.app_keys import CONFIG, DB, GROUPS, RATES, SENDING
from chatserver.web.bodies import accepts_json, read_form_pairs
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form, check_form, read_form
from chatserver.web.pages.chat_context import thread_request
from chatserver.web.pages.conversations import conversations_context, list_beside
from chatserver.web.pages.sending import where_it_stands
from chatserver.web.pages.sent_files import SendingForm
from chatserver.web.rendering.pages import render, render_refused
from chatserver.web.sessions import find_user

HISTORIES = ("all", "joined")
ACTS = ("title", "add", "remove", "owner", "member", "history", "leave")


async def create(request: web.Request) -> web.Response:
    """Creates a group and sends its first message, if there is one; for one other person and no title, their thread.

    Sent twice, it is one group with one message.
    """
    user = await require_user(request)
    sending = SendingForm(request, user)
    form = await sending.read("title", "history", "message")
    posted = [value for name, value in await read_form_pairs(request) if name in {"people", "recipient_name"}]
    names = split_names(",".join(value for value in posted if isinstance(value, str)))
    form.values["recipient_name"] = ", ".join(names)
    try:
        files = await sending.check(form)
        request.app[RATES].messages.check(user.id)
        thread_id, checked = await _create(request, user, form, names, files)
        requested = ThreadRequest(thread_id, user.id)
        stored = await request.app[SENDING].submit(requested, checked) if checked is not None else None
        await sending.clean_up()
    except ChatError as error:
        context = await conversations_context(request, user)
        return await render_refused(request, "conversations.html", form, error, **context)
    chat = f"/messages/chat/{thread_id}/"
    raise web.HTTPSeeOther(await where_it_stands(request, requested, stored.seq) if stored else chat)


async def _create(
    request: web.Request, user: User, form: Form, names: list[str], files: list[str] | None
) -> tuple[int, CheckedMessage | None]:
    """Finds or creates the thread. Returns it with the message to send there."""
    if form["history"] not in {"", *HISTORIES}:
        raise ChatError("bad_frame")
    title = clean_new_title(form["title"])
    people = [found.id for found in await find_all(request.app[DB], names) if found.id != user.id]
    is_pair = len(people) == 1 and title is None
    checked = None
    if is_pair or files or not is_blank(form["message"]):  # it is counted
        checked = request.app[SENDING].check(form["client_id"], form["message"], limited_for=None, files=files)
    if is_pair:
        return await pair_thread(request.app[DB], user.id, people[0], parse_uuid(form["client_id"])), checked
    group = NewGroup(title, people, form["history"] or HISTORIES[0])
    client_id, text = parse_uuid(form["client_id"]), checked.text if checked else None
    return await request.app[GROUPS].create(group, by=user.id, client_id=client_id, text=text), checked


async def show(request: web.Request) -> web.Response:
    """Shows a group's title, people and roles, with the forms that the user may use; as JSON if that is asked for."""
    if accepts_json(request):
        user = await find_user(request)
        if user is None:
            raise ChatError("not_signed_in")
        requested = thread_request(request, user)
        page = await group_page(request.app[DB], requested, _after(request))
        people = [person.as_frame() for person in page.people]
        found = {"title": page.title, "history": page.history, "people": people, "next": page.next}
        return web.json_response(found)
    user = await require_user(request)
    requested = thread_request(request, user)
    form = Form()
    return await render(request, "group.html", form=form, **await _context(request, user, requested, form))


async def change(request: web.Request) -> web.Response:
    """Changes one thing in a group: its title, its people, a role, what newcomers see; or the user leaves it."""
    user = await require_user(request)
    form = await read_form(request)
    fields = [(name, value) for name, value in await read_form_pairs(request) if name in ACTS]
    requested = thread_request(request, user)
    try:
        await check_form(request)
        form.values |= {name: value for name, value in fields if isinstance(value, str)}
        request.app[RATES].messages.check(user.id)
        if len({name for name, _ in fields}) != 1 or not all(isinstance(value, str) for _, value in fields):
            raise ChatError("bad_frame")
        is_out = await _change(request, user, requested.thread_id, fields)
    except ChatError as error:
        context = await _context(request, user, requested, form)
        return await render_refused(request, "group.html", form, error, **context)
    raise web.HTTPSeeOther("/messages/" if is_out else f"/messages/group/{requested.thread_id}/")


async def _change(request: web.Request, user: User, thread_id: int, fields: list[tuple[str, str]]) -> bool:
    """Does what the one field says. Returns whether the user is no longer in the group."""
    groups, (name, value) = request.app[GROUPS], fields[0]
    if name == "add":
        names = split_names(",".join(value for _, value in fields))
        people = await find_all(request.app[DB], names)
        await groups.add(thread_id, [person.id for person in people], by=user.id)
        return False
    if len(fields) > 1:
        raise ChatError("bad_frame")
    if name == "title":
        await groups.set_title(thread_id, clean_title(value), by=user.id)
    elif name == "history":
        if value not in HISTORIES:
            raise ChatError("bad_frame")
        await groups.set_history(thread_id, value, by=user.id)
    elif name == "leave":
        if value != "yes":
            raise ChatError("bad_frame")
        await groups.remove(thread_id, [user.id], by=user.id)
        return True
    else:
        person = parse_id(value)
        if person is None:
            raise ChatError("bad_frame")
        if name == "remove":
            await groups.remove(thread_id, [person], by=user.id)
            return person == user.id
        await groups.set_owner(thread_id, person, name == "owner", by=user.id)
    return False


async def _context(request: web.Request, user: User, requested: ThreadRequest, form: Form) -> dict[str, Any]:
    """Returns what the template needs, and fills in the title; that of a group without one are its people's names."""
    thread = await threads.find_thread(request.app[DB], requested, request.app[CONFIG].announce_people)
    page = await group_page(request.app[DB], requested, _after(request))
    form.values.setdefault("title", page.title or "")
    path = f"/messages/group/{requested.thread_id}/"
    context = {"thread": thread, "group": page, "path": path}
    return context | await list_beside(request, user, open_id=requested.thread_id)


def _after(request: web.Request) -> int:
    """Returns the id after which the page of people begins. Raises ChatError `bad_frame`."""
    return parse_number(request.query.get("after", "0"))
