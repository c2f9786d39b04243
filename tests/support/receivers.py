"""Programs of the site that webhooks are sent to, on loopback, and the courier that sends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple, Self

from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks.webhooks import Webhook
from yarl import URL

from chatserver.config.settings import Config
from chatserver.courier.webhooks.hooks import EVENTS, add_webhook
from chatserver.courier.webhooks.sender import WebhookSender
from chatserver.database import client as db
from tests.support.people import PATIENCE


class Heard(NamedTuple):
    """A request that a receiver got."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.raw)
        return body

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.event["data"]
        return data


class Receiver:
    """Answers 204, or what `answers` has next: a status, or an answer; None: never."""

    def __init__(self, port: int | None = None) -> None:
        self.heard: list[Heard] = []
        self.url = URL()
        self.answers: list[int | web.StreamResponse | None] = []
        self._changed = asyncio.Condition()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app, host="127.0.0.1", port=port)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        self.url = self._server.make_url("/hook")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()

    @property
    def host(self) -> str:
        """What WEBHOOK_HOSTS has to name."""
        return f"127.0.0.1:{self.url.port}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        async with self._changed:
            self.heard.append(Heard(request.path, {name.lower(): text for name, text in request.headers.items()}, raw))
            self._changed.notify_all()
        answer = self.answers.pop(0) if self.answers else 204
        if answer is None:
            await asyncio.Event().wait()
        return web.Response(status=answer) if isinstance(answer, int) else answer  # type: ignore[return-value]

    async def hears(self, number: int) -> list[Heard]:
        """Returns all requests once there are so many."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.heard) >= number)
        return self.heard


def verified(heard: Heard, secret: str) -> dict[str, Any]:
    """Returns the event, as a receiver that checks the signature gets it."""
    body: dict[str, Any] = Webhook(secret).verify(heard.raw.decode(), heard.headers)
    return body


def told_to(config: Config, *receivers: Receiver, **changes: Any) -> Config:
    """Settings of a courier that looks often and may send to these receivers."""
    hosts = tuple(receiver.host for receiver in receivers)
    return replace(config, webhook_hosts=hosts, **{"courier_interval": 0.02, "webhook_timeout": 60.0} | changes)


async def hook_at(config: Config, receiver: Receiver, *events: str, texts: bool = True) -> tuple[int, str]:
    """Adds a webhook and returns its id and its secret."""
    database = await db.connect(str(config.database_url), 1, 0)
    try:
        made = await add_webhook(database, str(receiver.url), events or EVENTS, with_texts=texts)
        return made["id"], made["secret"]
    finally:
        await database.close()


@asynccontextmanager
async def courier(config: Config) -> AsyncIterator[None]:
    """A courier at work."""
    database = await db.connect(str(config.database_url), 4, 5)
    working = asyncio.create_task(WebhookSender(database, config).run())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait([working])
        await database.close()
