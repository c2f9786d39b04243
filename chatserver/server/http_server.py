"""The HTTP server. aiohttp's creates connections without time limits, so the runner has a server of ours."""

import asyncio
import signal
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from chatserver.config.settings import Config
from chatserver.server.http_connection import Connection
from chatserver.web.app_keys import CONFIG
from chatserver.web.middlewares import headers_of

# Longer than proxies keep idle connections to us (most: 60 s): the side that closes first may lose a request.
KEEP_ALIVE = 75.0  # seconds
GRACE = 0.2  # seconds after shutdown begins in which requests already in flight are still answered


class Runner(web.AppRunner):
    """Runs an application with the time limits of its settings, if it has any. `grace`: seconds, see `GRACE`."""

    def __init__(self, app: web.Application, *, grace: float = GRACE, **options: Any) -> None:
        super().__init__(app, **options)
        self._grace = grace

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return Server(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            config=self.app.get(CONFIG, Config(request_timeout=0)),
            **made._kwargs,  # noqa: SLF001
        )

    async def cleanup(self) -> None:
        """Waits before it closes unread connections, as aiohttp does at once: a proxy may have sent a form on one."""
        for site in list(self._sites):
            await site.stop()
        if self._server is not None:
            await asyncio.sleep(self._grace)
        await super().cleanup()


class Server(web.Server):
    """Creates connections with time limits, and notifies each when the header of a request is complete."""

    def __init__(self, *args: Any, config: Config, **options: Any) -> None:
        super().__init__(*args, **options)
        self._request_timeout = config.request_timeout
        self._headers = headers_of(config)  # once for all connections
        self._create_request = self.request_factory
        self.request_factory = self._begin_request

    def __call__(self) -> RequestHandler:
        """Creates a connection for asyncio. Bodies stay as they came: a small one may expand to what holds the loop."""
        return Connection(
            self,
            request_timeout=self._request_timeout,
            headers=self._headers,
            loop=self._loop,
            auto_decompress=False,
            **self._kwargs,
        )

    def _begin_request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        connection: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        assert isinstance(connection, Connection)
        connection.expect_body(payload)
        return self._create_request(message, payload, connection, writer, task)


async def serve(app: web.Application, host: str, port: int, shutdown_timeout: float) -> None:
    """Serves until SIGINT or SIGTERM; `shutdown_timeout` in seconds. Raises OSError if it cannot listen."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    runner = Runner(app, keepalive_timeout=KEEP_ALIVE, access_log=None, shutdown_timeout=shutdown_timeout)
    try:
        await runner.setup()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        await web.TCPSite(runner, host, port).start()
        await stop.wait()
    finally:
        await runner.cleanup()
