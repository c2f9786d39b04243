"""For load balancers: whether the process is up, and whether it can work."""

import asyncio

from aiohttp import web

from chatserver.bus.client import REDIS_ERRORS
from chatserver.errors import Unavailable
from chatserver.web.app_keys import CONFIG, DB, REDIS


async def alive(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """200 only when PostgreSQL and Redis answer."""
    await request.app[DB].fetch("database_time")
    try:
        async with asyncio.timeout(request.app[CONFIG].redis_timeout or None):
            await request.app[REDIS].ping()
    except REDIS_ERRORS as error:
        raise Unavailable(f"Redis does not answer: {str(error) or type(error).__name__}") from None
    return web.json_response({"status": "ok"})
