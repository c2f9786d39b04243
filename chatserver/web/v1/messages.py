"""Calls about the messages of a thread: sending, marking as read, and reading them and their changes."""

from aiohttp import web

from chatserver.conversations.access import ThreadRequest, parse_thread_id
from chatserver.conversations.messages import PAGE, as_frame
from chatserver.conversations.read_markers import ReadMarker
from chatserver.conversations.site_changes import site_changes
from chatserver.conversations.site_threads import site_messages
from chatserver.errors import ChatError
from chatserver.frames import as_time
from chatserver.validation import MAX_ID
from chatserver.web.api import query_number
from chatserver.web.app_keys import CONFIG, DB, READ_MARKERS, SENDING, SITE_SENDING
from chatserver.web.v1 import people
from chatserver.web.v1.bodies import number_field, read_object, sub_field, text_field
from chatserver.web.v1.door import needs
from chatserver.web.v1.threads import site_request

CHANGES, MAX_CHANGES = 100, 1000


@needs("write")
async def send(request: web.Request) -> web.Response:
    """Stores a message of a participant, once for each `client_id`."""
    body = await read_object(request)
    sub, text, reply = sub_field(body, "sender"), text_field(body, "text"), number_field(body, "reply")
    checked = request.app[SENDING].check(body.get("client_id"), text, limited_for=None)
    stored = await request.app[SITE_SENDING].send(site_request(request), sub, checked, reply)
    return web.json_response({"id": checked.client_id, "seq": stored.seq, "at": as_time(stored.sent_at)})


@needs("write")
async def mark_read(request: web.Request) -> web.Response:
    """Moves a participant's read marker forward."""
    body = await read_object(request)
    sub, seq = sub_field(body, "user"), number_field(body, "seq")
    if seq is None or seq < 1:
        raise ChatError("bad_frame")
    thread_id = parse_thread_id(request.match_info["thread"])
    person = await people.find(request, sub)
    place = await request.app[READ_MARKERS].submit(ReadMarker(ThreadRequest(thread_id, person.user_id), seq))
    return web.json_response({"read": place.read_seq, "unread": place.unread})


@needs("read")
async def messages(request: web.Request) -> web.Response:
    """Returns a page of the whole thread: messages before a number (or the last ones), or after one."""
    if {"before", "after"} <= request.query.keys():
        raise ChatError("bad_frame")
    after = query_number(request, "after", 0, least=0) if "after" in request.query else None
    before = query_number(request, "before", MAX_ID)
    limit = min(query_number(request, "limit", PAGE), PAGE)
    thread = site_request(request)
    page, more = await site_messages(
        request.app[DB], request.app[CONFIG], thread, after=after, before=before, limit=limit
    )
    return web.json_response({"messages": [as_frame(message) for message in page], "more": more})


@needs("read")
async def changes(request: web.Request) -> web.Response:
    """Returns what has become of messages and of the group after a change, by the numbers of changes."""
    after = query_number(request, "after", 0, least=0)
    limit = min(query_number(request, "limit", CHANGES), MAX_CHANGES)
    thread = site_request(request)
    page = await site_changes(request.app[DB], request.app[CONFIG], thread, after, limit)
    return web.json_response({"changes": page.frames, "change": page.change, "more": page.more})
