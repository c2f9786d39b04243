"""Health checks for load balancers: whether the process runs, and whether it can serve."""

import asyncio
from datetime import datetime

from aiohttp import web

from chatserver.bus.client import REDIS_ERRORS
from chatserver.errors import Unavailable
from chatserver.web.app_keys import CONFIG, DB, REDIS


async def alive(_request: web.Request) -> web.Response:
    """Answers 200 whenever the process runs, whatever PostgreSQL and Redis do."""
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Answers 200 only if PostgreSQL and Redis answer."""
    await request.app[DB].query("database_time", datetime)
    try:
        async with asyncio.timeout(request.app[CONFIG].redis_timeout or None):
            await request.app[REDIS].ping()
    except REDIS_ERRORS as error:
        raise Unavailable(f"Redis does not answer: {str(error) or type(error).__name__}") from None
    return web.json_response({"status": "ok"})
