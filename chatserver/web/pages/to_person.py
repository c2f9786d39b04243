"""The way from a person's page at the site to the chat with them."""

from aiohttp import web

from chatserver.conversations.pairs import find_pair
from chatserver.errors import ChatError
from chatserver.sso.people import find_person
from chatserver.sso.subjects import is_subject
from chatserver.web.app_keys import CONFIG, DB, LOGIN_LIMITS
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form
from chatserver.web.pages.conversations import conversations_context
from chatserver.web.rendering.pages import render


async def to_person(request: web.Request) -> web.Response:
    """Leads to the chat with a person of the site; if there is none, shows the form for a new message to them.

    Raises ChatError `no_such_user`, `to_oneself`, and `too_many`: it counts as a look-up of a name.
    """
    user = await require_user(request)
    await request.app[LOGIN_LIMITS].name_lookup(user)
    subject = request.match_info["sub"]
    if not is_subject(subject):
        raise ChatError("no_such_user")
    person = await find_person(request.app[DB], request.app[CONFIG].sso_issuer, subject)
    if person.user_id == user.id:
        raise ChatError("to_oneself")
    thread_id = await find_pair(request.app[DB], user.id, person.user_id)
    if thread_id is not None:
        raise web.HTTPSeeOther(f"/messages/chat/{thread_id}/")
    if person.disabled:
        raise ChatError("no_such_user")
    context = await conversations_context(request, user) | {"recipient": person.user}
    return await render(request, "conversations.html", form=Form(), **context)
