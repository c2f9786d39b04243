"""The interface for programs, including the browser's scripts: JSON, and the handshake of a WebSocket."""

import hmac
import logging
from uuid import uuid4

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.accounts.directory import complete_name
from chatserver.accounts.names import name_beginning
from chatserver.conversations import messages
from chatserver.conversations.access import ThreadRequest, enter, parse_thread_id
from chatserver.conversations.replies import cut, quoted
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
    if not hmac.compare_digest(str(fields.get("api_key", "")).encode("utf-8", "replace"), config.api_key.encode()):
        raise ChatError("wrong_key")
    thread_id = parse_thread_id(request.match_info["thread"])
    client_id = fields.get("client_id") or str(uuid4())
    checked = request.app[SENDING].check(client_id, fields.get("message", ""), limited_for=None)
    sender_id = parse_id(fields.get("sender_id"))
    if sender_id is None or not await request.app[ACCOUNTS].may_talk(sender_id):
        raise ChatError("no_such_user")
    stored = await request.app[SENDING].submit(ThreadRequest(thread_id, sender_id), checked)
    return web.json_response({"status": "ok", "seq": stored.seq})


async def history(request: web.Request) -> web.Response:
    """Returns a page of messages: those before a number (or the last ones), or those after one.

    Reads the membership before the messages: all up to its numbers is in the answer, if the page reaches that far.
    """
    user = await _require_user(request)
    db, config = request.app[DB], request.app[CONFIG]
    member = await enter(db, ThreadRequest(parse_thread_id(request.match_info["thread"]), user.id))
    limit = min(_number(request, "limit", messages.PAGE), messages.PAGE)
    if "after" not in request.query:
        page, more = await messages.history(db, config, member, _number(request, "before", MAX_ID), limit)
    elif "before" not in request.query:
        page, more = await messages.following(db, config, member, _number(request, "after", 0, least=0), limit)
    else:
        raise ChatError("bad_frame")
    return web.json_response(
        {
            "messages": [messages.as_frame(message) for message in page],
            "notes": [],
            "quoted": [messages.as_frame(cut(original)) for original in await quoted(db, config, member, page)],
            "more": more,
            "last": member.last_seq,
            "from": member.from_seq,
            "change": member.last_change,
        }
    )


def _number(request: web.Request, name: str, default: int, least: int = 1) -> int:
    """Returns a number of the query string, at most the largest allowed one. Raises ChatError `bad_frame`."""
    return parse_number(request.query.get(name, str(default)), least)


async def people(request: web.Request) -> web.Response:
    """Returns names that begin with the typed text: suggestions for the recipient of a new message."""
    user = await _require_user(request)
    beginning = name_beginning(request.query.get("name", ""))
    if not beginning:
        return web.json_response({"people": []})
    await request.app[LOGIN_LIMITS].name_lookup(user)
    return web.json_response({"people": await complete_name(request.app[DB], user.id, beginning)})


async def session(request: web.Request) -> web.Response:
    """Tells a client after failed handshakes whether its session lives: 200, 401, or 503 while Redis is unavailable."""
    user = await _require_user(request)
    return web.json_response({"user": user._asdict()})


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
