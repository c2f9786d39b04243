"""The browser's side of pushes: subscribing and unsubscribing the browser of a session."""

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.accounts.revocation import end_subscriptions
from chatserver.accounts.user_agents import browser_of
from chatserver.errors import ChatError
from chatserver.notifications.subscriptions import parse_subscription, subscribe, visit
from chatserver.web.app_keys import CONFIG, DB, SESSIONS, VAPID_KEYS
from chatserver.web.bodies import read_fields
from chatserver.web.forms import check_form
from chatserver.web.sessions import find_user


async def state(request: web.Request) -> web.Response:
    """Tells the key to subscribe with, null where nothing is pushed, and whether this browser is subscribed."""
    user = await _require_user(request)
    by_public = request.app[VAPID_KEYS]
    keys = list(by_public)
    subscribed = await visit(request.app[DB], user, request.app[SESSIONS].key_of(request), keys)
    return web.json_response({"key": keys[0] if keys else None, "subscribed": subscribed})


async def put(request: web.Request) -> web.Response:
    """Subscribes this browser. A session that has ended meanwhile leaves nothing."""
    user = await _require_user(request)
    await _check(request)
    by_public = request.app[VAPID_KEYS]
    keys = list(by_public)
    given = parse_subscription(await read_fields(request), request.app[CONFIG].push_hosts)
    if not keys:
        raise ChatError("bad_subscription")
    db, key = request.app[DB], request.app[SESSIONS].key_of(request)
    await subscribe(db, user, key, given, vapid_key=keys[0], browser=browser_of(request.headers))
    if await request.app[SESSIONS].ended({key}):
        await end_subscriptions(db, [key])
        raise ChatError("not_signed_in")
    return web.Response(status=204)


async def delete(request: web.Request) -> web.Response:
    """Unsubscribes this browser."""
    await _require_user(request)
    await _check(request)
    await end_subscriptions(request.app[DB], [request.app[SESSIONS].key_of(request)])
    return web.Response(status=204)


async def _require_user(request: web.Request) -> User:
    user = await find_user(request)
    if user is None:
        raise ChatError("not_signed_in")
    return user


async def _check(request: web.Request) -> None:
    """Raises ChatError unless a script of one of our pages sent this request, with its CSRF token in a header."""
    request["csrf_token"] = request.headers.get("X-CSRF-Token", "")
    await check_form(request)
