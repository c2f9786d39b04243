"""Calls about a program's groups, by its own keys."""

from typing import Any

from aiohttp import web

from chatserver.conversations.site_groups import SiteGroup, find_site_group, put_site_group
from chatserver.conversations.site_threads import find_site_thread
from chatserver.errors import ChatError
from chatserver.sso.subjects import clean_sub
from chatserver.validation import clean_title
from chatserver.web.app_keys import CONFIG, DB, PUBLISHER
from chatserver.web.v1 import people
from chatserver.web.v1.bodies import read_object, subs_field, text_field
from chatserver.web.v1.door import needs
from chatserver.web.v1.threads import as_answer

HISTORIES = ("all", "joined")


@needs("write")
async def put(request: web.Request) -> web.Response:
    """Makes a group of exactly these people, or changes it to that; what is left out stays."""
    key = clean_sub(request.match_info["key"])
    body = await read_object(request)
    title = clean_title(text_field(body, "title")) if body.get("title") is not None else None
    history = text_field(body, "history") if body.get("history") is not None else None
    if history not in {None, *HISTORIES}:
        raise ChatError("bad_frame")
    ids = await _people(request, body) if body.get("people") is not None else None
    db, config = request.app[DB], request.app[CONFIG]
    group = SiteGroup(key, ids, title, history or "joined")
    thread = await put_site_group(db, request.app[PUBLISHER], config, group)
    return web.json_response(as_answer(await find_site_thread(db, config.sso_issuer, thread)))


async def _people(request: web.Request, body: dict[str, Any]) -> list[int]:
    subs = list(dict.fromkeys(subs_field(body, "people")))
    return [person.user_id for person in await people.find_all(request, subs)] if subs else []


@needs("write", "read")
async def show(request: web.Request) -> web.Response:
    """Returns a group, as `threads.show` does."""
    db = request.app[DB]
    thread = await find_site_group(db, clean_sub(request.match_info["key"]))
    return web.json_response(as_answer(await find_site_thread(db, request.app[CONFIG].sso_issuer, thread)))
