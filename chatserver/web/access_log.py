"""Logs one line for each request, and counts it. Logs the route instead of the path, which may contain a secret.

Replaces aiohttp's access log, which shows paths, query strings and user agents.
"""

import logging
from time import monotonic

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp_session import SESSION_KEY

from chatserver.telemetry.metrics import METHODS, count_request
from chatserver.web.client_address import client_address
from chatserver.web.v1.door import KEY

log = logging.getLogger("chatserver.access")

NOWHERE = "(none)"
HEALTH = {"/healthz", "/readyz"}  # requested every few seconds by load balancers


@web.middleware
async def account_for(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Logs and counts a request with its status and its duration in seconds."""
    start, address = monotonic(), client_address(request)  # a socket's handshake releases the headers
    try:
        response = await handler(request)
    except web.HTTPException as answer:
        _note(request, answer, monotonic() - start, address)
        raise
    _note(request, response, monotonic() - start, address)
    return response


def _note(request: web.Request, response: web.StreamResponse, seconds: float, address: str) -> None:
    route = route_of(request)
    count_request(request.method, route, response.status, seconds)
    if not log.isEnabledFor(logging.INFO) or (route in HEALTH and response.status == 200):
        return
    fields = {
        "method": method_of(request),
        "route": route,
        "status": response.status,
        "ms": round(seconds * 1000, 1),
        "bytes": response.content_length or 0,
        "address": address,
    }
    user_id = request.get(SESSION_KEY, {}).get("user")
    key = request.get(KEY)
    fields |= ({} if user_id is None else {"user": user_id}) | ({} if key is None else {"key": key.name})
    log.info("request", extra=fields)


def route_of(request: web.Request) -> str:
    """Returns the route's pattern, such as `/messages/chat/{thread}/`: a path may contain a token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else NOWHERE


def method_of(request: web.Request) -> str:
    """Returns the request's method, `other` for an unknown one: labels of a metric must be few."""
    return request.method if request.method in METHODS else "other"
