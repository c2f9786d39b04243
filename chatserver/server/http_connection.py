"""The HTTP server: time limits for slow connections, and the answers to malformed requests.

aiohttp gives a connection its keep-alive time for a whole header, and no limit for a body; it answers malformed
requests with a page of its own. Only the class of its connections can change that, and its server creates them: so the
runner has a server of ours.
"""

import asyncio
import logging
import signal
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from chatserver.config.settings import Config
from chatserver.config.urls import UNIX, read_address
from chatserver.web.app_keys import CONFIG
from chatserver.web.middlewares import headers_of

log = logging.getLogger(__name__)

# Longer than proxies keep idle connections to us (most: 60 s): the side that closes first may lose a request.
KEEP_ALIVE = 75.0  # seconds
GRACE = 0.2  # seconds after shutdown begins in which requests already in flight are still answered
LEAST_SPEED = 500  # bytes a second of a body, as in Apache's mod_reqtimeout: a slower one is an attack


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
    """Creates connections with time limits, and tells each when the header of a request is complete."""

    def __init__(self, *args: Any, config: Config, **options: Any) -> None:
        super().__init__(*args, **options)
        self.request_timeout = config.request_timeout
        self.headers = headers_of(config)  # once for all connections
        self._make = self.request_factory
        self.request_factory = self._begin

    def __call__(self) -> RequestHandler:
        """Creates a connection for asyncio."""
        return Connection(self, loop=self._loop, **self._kwargs)

    def _begin(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        connection: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        assert isinstance(connection, Connection)
        connection.expect_body(payload)
        return self._make(message, payload, connection, writer, task)


class Connection(RequestHandler):
    """Closes itself if its first byte, the rest of a header, or more of a body does not arrive in time."""

    __slots__ = ("_between", "_headers", "_timeout", "_timer")

    def __init__(self, manager: Server, **options: Any) -> None:
        super().__init__(manager, **options)
        self._timeout = manager.request_timeout
        self._headers = manager.headers
        self._timer: asyncio.TimerHandle | None = None
        self._between = False  # between two requests the keep-alive time counts, until a byte arrives

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts the timer for the first header."""
        super().connection_made(transport)
        self._start_timer(self.force_close)

    def data_received(self, data: bytes) -> None:
        """Starts the timer for the next header at its first byte."""
        if self._between:
            self._between = False
            self._start_timer(self.force_close)
        super().data_received(data)

    def expect_body(self, payload: StreamReader) -> None:
        """Starts the timer for the body once the header is complete. A WebSocket has no body, and so no timer."""
        self._between = False
        self._stop_timer()
        if not payload.is_eof():
            self._start_timer(self._look_at_body, payload, payload.total_bytes)

    def _look_at_body(self, payload: StreamReader, so_far: int) -> None:
        if payload.is_eof() or payload.exception() is not None:
            return
        if payload.total_bytes - so_far < self._timeout * LEAST_SPEED:
            self.force_close()
        else:
            self._start_timer(self._look_at_body, payload, payload.total_bytes)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Notes that the next bytes begin another request."""
        finished = await super().finish_response(request, resp, start_time)
        self._between = True
        return finished

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stops the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self, callback: Any, *args: Any) -> None:
        if self._timeout:
            self._timer = self._loop.call_later(self._timeout, callback, *args)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answers a malformed request, or a failure outside all middlewares, without revealing our software."""
        if status == 400:
            address = read_address(request.remote or "") or UNIX
            log.info("a broken request from %s: %s", address, type(exc).__name__)
            text = "This is no request that can be answered.\n"
        else:
            super().handle_error(request, status, exc, message)  # logs the error
            text = "Something went wrong on the server.\n"
        response = Bare(status=status, text=text, headers=self._headers | {"Cache-Control": "no-store"})
        response.force_close()
        return response


class Bare(web.Response):
    """A response without the header that names aiohttp and its version."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.pop("Server", None)


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
