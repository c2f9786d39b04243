"""The interface for programs, including the browser's scripts: JSON, and the handshake of a WebSocket."""

import hmac
import logging
from uuid import uuid4

from aiohttp import web
from aiohttp_session import get_session

from chatserver.accounts.accounts import User
from chatserver.accounts.directory import complete_name
from chatserver.accounts.full_names import words_of
from chatserver.accounts.names import name_beginning
from chatserver.conversations import messages
from chatserver.conversations.access import ThreadRequest, enter, parse_thread_id
from chatserver.conversations.notes import note_as_frame, notes_of
from chatserver.conversations.replies import cut, quoted
from chatserver.conversations.unread import unread_of
from chatserver.errors import ChatError
from chatserver.realtime.handshake import PreparedSocket
from chatserver.validation import MAX_ID, parse_id, parse_number
from chatserver.web.app_keys import ACCOUNTS, CONFIG, DB, HANDSHAKE, LOGIN_LIMITS, NOTICES, SENDING, SESSIONS
from chatserver.web.bodies import read_fields
from chatserver.web.client_address import client_address
from chatserver.web.origins import check_socket_origin
from chatserver.web.sessions import find_user

log = logging.getLogger(__name__)


async def send_message(request: web.Request) -> web.Response:
    """Stores a message that another program sends for a participant."""
    if request.method != "POST":
        raise ChatError("not_post")
    fields = await read_fields(request)
    config = request.app[CONFIG]
    given = str(fields.get("api_key", "")).encode("utf-8", "replace")
    if not config.api_key or not hmac.compare_digest(given, config.api_key.encode()):
        raise ChatError("wrong_key")
    thread_id = parse_thread_id(request.match_info["thread"])
    client_id = fields.get("client_id") or str(uuid4())
    checked = request.app[SENDING].check(client_id, fields.get("message", ""), limited_for=None)
    sender_id = parse_id(fields.get("sender_id"))
    if sender_id is None or not await request.app[ACCOUNTS].may_talk(sender_id):
        raise ChatError("no_such_user")
    stored = await request.app[SENDING].submit(ThreadRequest(thread_id, sender_id), checked, patient=True)
    return web.json_response({"status": "ok", "seq": stored.seq})


async def history(request: web.Request) -> web.Response:
    """Returns a page of messages: those before a number (or the last ones), or those after one.

    Reads the membership before the messages: all up to its numbers is in the answer, if the page reaches that far.
    """
    user = await _require_user(request)
    db, config = request.app[DB], request.app[CONFIG]
    member = await enter(db, ThreadRequest(parse_thread_id(request.match_info["thread"]), user.id))
    limit = min(query_number(request, "limit", messages.PAGE), messages.PAGE)
    if "after" not in request.query:
        page, more = await messages.history(db, config, member, query_number(request, "before", MAX_ID), limit)
        begins = not more
    elif "before" not in request.query:
        after = query_number(request, "after", 0, least=0)
        page, more = await messages.following(db, config, member, after, limit)
        begins = after < member.from_seq
    else:
        raise ChatError("bad_frame")
    return web.json_response(
        {
            "messages": [messages.as_frame(message) for message in page],
            "notes": [note_as_frame(note) for note in await notes_of(db, config, member, page, begins=begins)],
            "quoted": [messages.as_frame(cut(original)) for original in await quoted(db, config, member, page)],
            "more": more,
            "last": member.last_seq,
            "from": member.from_seq,
            "change": member.last_change,
        }
    )


def query_number(request: web.Request, name: str, default: int, least: int = 1) -> int:
    """Returns a number of the query string, at most the largest allowed one. Raises ChatError `bad_frame`."""
    return parse_number(request.query.get(name, str(default)), least)


async def people(request: web.Request) -> web.Response:
    """Returns users whose names begin with the typed text: suggestions for the recipient of a new message."""
    user = await _require_user(request)
    typed = request.query.get("name", "")
    beginning, words = name_beginning(typed), words_of(typed)
    found = []
    if beginning or words:
        await request.app[LOGIN_LIMITS].name_lookup(user)
        found = await complete_name(request.app[DB], user.id, beginning, words)
    return web.json_response(
        {
            "people": [person.name for person in found],
            "found": [person.as_frame() | {"full_name": person.full_name} for person in found],
        }
    )


async def session(request: web.Request) -> web.Response:
    """Tells a client after failed handshakes whether its session lives: 200, 401, or 503 while Redis is unavailable."""
    user = await _require_user(request)
    sub = (await get_session(request)).get("sub")
    return web.json_response({"user": user.as_frame() | {"sub": sub, "full_name": user.full_name}})


async def unread(request: web.Request) -> web.Response:
    """Returns how many threads and messages the user has not read; `sub` asks it for that person of the site alone.

    Raises ChatError `not_signed_in`, also if the session is another person's.
    """
    user, asked = await _require_user(request), request.query.get("sub")
    if asked is not None and (await get_session(request)).get("sub") != asked:
        raise ChatError("not_signed_in")
    return web.json_response((await unread_of(request.app[DB], user.id))._asdict())


async def socket(request: web.Request) -> PreparedSocket:
    """Upgrades to a WebSocket. Checks the origin first: browsers send our cookies from any site's page."""
    check_socket_origin(request)
    if "Sec-WebSocket-Key" in request.headers and "Upgrade" not in request.headers:
        sentence = "A proxy in front of us drops the Upgrade header of /messages/ws: let it pass, as deploy/nginx does."
        request.app[NOTICES].warn(log, "no upgrade", sentence)
        raise ChatError("bad_frame")
    async with request.app[HANDSHAKE].turns:
        user = await _require_user(request)
    key = request.app[SESSIONS].key_of(request)
    return await request.app[HANDSHAKE].upgrade(request, user, key, client_address(request))


async def _require_user(request: web.Request) -> User:
    user = await find_user(request)
    if user is None:
        raise ChatError("not_signed_in")
    return user
