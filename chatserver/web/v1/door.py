"""The door of the API: a bearer key (RFC 6750) for every address, known or not, and a scope for each call."""

from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web
from aiohttp.typedefs import Handler

from chatserver.accounts.api_keys import ApiKey
from chatserver.errors import ChatError
from chatserver.web.app_keys import API_KEYS

V1 = "/messages/api/v1/"
KEY = web.RequestKey("api_key", ApiKey)

Call = Callable[[web.Request], Awaitable[web.Response]]


def is_call(request: web.Request) -> bool:
    """Returns whether the request is for the API, whatever it asks there."""
    return f"{request.path}/".startswith(V1)


@web.middleware
async def require_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets calls in with a key only, also to addresses that do not exist. Raises ChatError `bad_key`."""
    if is_call(request):
        key = await request.app[API_KEYS].find(_bearer(request))
        if key is None:
            raise ChatError("bad_key")
        request[KEY] = key
    return await handler(request)


def _bearer(request: web.Request) -> str:
    """Returns the token of the only Authorization header, '' without one; the scheme may be in any case."""
    headers = request.headers.getall("Authorization", [])
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return token.strip(" ") if scheme.lower() == "bearer" else ""


def needs(*scopes: str) -> Callable[[Call], Call]:
    """Makes a call that a key with one of these scopes may make. It raises ChatError `wrong_scope`."""

    def decorate(call: Call) -> Call:
        @wraps(call)
        async def checked(request: web.Request) -> web.Response:
            check_scope(request, *scopes)
            return await call(request)

        return checked

    return decorate


def check_scope(request: web.Request, *scopes: str) -> None:
    """Raises ChatError `wrong_scope` unless the key has one of these scopes."""
    if request[KEY].scopes.isdisjoint(scopes):
        raise ChatError("wrong_scope")
