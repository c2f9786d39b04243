"""Calls about threads: one, the one of two people, and those of a person with what they have not read."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from chatserver.conversations.access import SiteRequest, parse_thread_id
from chatserver.conversations.site_threads import (
    SiteThread,
    ThreadPlace,
    Unread,
    find_site_thread,
    find_site_threads,
    site_pair,
    threads_of,
    unread_of,
)
from chatserver.errors import ChatError
from chatserver.frames import as_time
from chatserver.web.api import query_number
from chatserver.web.app_keys import CONFIG, DB
from chatserver.web.v1 import people
from chatserver.web.v1.bodies import read_object, subs_field
from chatserver.web.v1.door import needs

PAGE, MAX_PAGE = 50, 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"(\d{1,16})-(\d{1,16})-(\d{1,16})", re.ASCII)  # the user, microseconds, the thread


@needs("write", "read")
async def show(request: web.Request) -> web.Response:
    """Returns a thread, its people and its last numbers."""
    thread = await find_site_thread(request.app[DB], request.app[CONFIG].sso_issuer, site_request(request))
    return web.json_response(as_answer(thread))


def site_request(request: web.Request) -> SiteRequest:
    """Returns the thread of the path. Raises ChatError `no_such_thread` if it cannot be one."""
    return SiteRequest(parse_thread_id(request.match_info["thread"]))


def as_answer(thread: SiteThread) -> dict[str, Any]:
    """Returns a thread as calls answer with it."""
    return {
        "id": thread.id,
        "key": thread.key,
        "title": thread.title,
        "history": thread.history,
        "people": thread.people,
        "last": thread.last_seq,
        "change": thread.last_change,
    }


@needs("write")
async def pair(request: web.Request) -> web.Response:
    """Finds or makes the thread of two people."""
    subs = subs_field(await read_object(request), "people")
    if len(subs) != 2:
        raise ChatError("bad_frame")
    if subs[0] == subs[1]:
        raise ChatError("to_oneself")
    one, other = await people.find_all(request, subs)
    thread = await site_pair(request.app[DB], request.app[CONFIG].sso_issuer, one.user_id, other.user_id)
    return web.json_response(as_answer(thread))


@needs("write", "read")
async def of_person(request: web.Request) -> web.Response:
    """Returns a page of a person's threads, newest first; `next` is the cursor of the next one."""
    db, issuer = request.app[DB], request.app[CONFIG].sso_issuer
    limit = min(query_number(request, "limit", PAGE), MAX_PAGE)
    cursor = _parse_cursor(request.query["cursor"]) if "cursor" in request.query else None
    person = await people.find(request, people.sub_of(request))
    if cursor is not None and cursor[0] != person.user_id:
        raise ChatError("bad_frame")
    places, more = await threads_of(db, person.user_id, cursor and cursor[1], limit)
    threads = {thread.id: thread for thread in await find_site_threads(db, issuer, [place.id for place in places])}
    shown = [
        {
            "id": place.id,
            "key": thread.key,
            "title": thread.title,
            "people": thread.people,
            "last": place.last_seq,
            "unread": place.unread,
            "at": as_time(place.last_message_at),
        }
        for place in places
        if (thread := threads.get(place.id))
    ]
    return web.json_response({"threads": shown, "next": _cursor(person.user_id, places[-1]) if more else None})


def _cursor(user_id: int, place: ThreadPlace) -> str:
    return f"{user_id}-{(place.last_message_at - EPOCH) // timedelta(microseconds=1)}-{place.id}"


def _parse_cursor(raw: str) -> tuple[int, ThreadPlace]:
    """Returns the user whose threads the cursor goes through, and its place. Raises ChatError `bad_frame`."""
    found = CURSOR.fullmatch(raw)
    if found is None:
        raise ChatError("bad_frame")
    user_id, microseconds, thread_id = map(int, found.groups())
    return user_id, ThreadPlace(thread_id, 0, 0, EPOCH + timedelta(microseconds=microseconds))


@needs("write")
async def unread(request: web.Request) -> web.Response:
    """Returns how many threads and messages people have not read, by subject; zeros for those who are not known.

    `muted` counts the messages of muted threads, which are not among the others.
    """
    subs = subs_field(await read_object(request), "users")
    found = await unread_of(request.app[DB], request.app[CONFIG].sso_issuer, subs) if subs else {}
    counts = {sub: found.get(sub, Unread(sub, 0, 0, 0)) for sub in subs}
    return web.json_response(
        {
            "unread": {
                sub: {"threads": count.threads, "messages": count.messages, "muted": count.muted}
                for sub, count in counts.items()
            }
        }
    )
