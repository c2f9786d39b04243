"""Servers in this process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from chatserver.config.settings import Config
from chatserver.server.app import create_app
from chatserver.server.http_server import Runner

API_KEY = "the key of the tests"
Serve = Callable[..., Awaitable[URL]]


class Server(TestServer):
    """With the connections of the product."""

    async def _make_runner(self, **options: Any) -> web.AppRunner:
        return Runner(self.app, grace=0, **options)


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[URL]:
    async with Server(await create_app(config), host=config.host, port=config.port) as server:
        yield server.make_url("/")
