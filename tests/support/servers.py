"""Servers in the process of the tests."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from chatserver.config.settings import Config
from chatserver.server.app import create_app
from chatserver.server.http_server import Runner
from tests.support.people import Person

API_KEY = "the key of the tests"
Serve = Callable[..., Awaitable[URL]]


class Server(TestServer):
    """A test server that handles connections like the product's."""

    async def _make_runner(self, **options: Any) -> web.AppRunner:
        return Runner(self.app, grace=0, **options)


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[URL]:
    server = Server(await create_app(config), host=config.host, port=config.port)
    try:
        await server.start_server()
        yield server.make_url("/")
    finally:
        await server.close()  # also one that has begun and found its port taken


async def api_send(person: Person, url: object, thread: int, text: str) -> object:
    """Sends a message in a person's name by the API of the server at `url`; returns the answer."""
    fields = {"api_key": API_KEY, "sender_id": person.id, "message": text}
    async with person.http.post(f"{url}messages/send_message_api/{thread}/", data=fields) as response:
        return await response.json()
