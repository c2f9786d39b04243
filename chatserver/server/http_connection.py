"""An HTTP connection: time limits for slow clients, the answers to malformed requests, and lean WebSockets.

aiohttp gives a connection its keep-alive time for a whole header, and no limit for a body; it answers malformed
requests with a page of its own; and a WebSocket keeps the parser and the headers of its handshake.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from aiohttp._websocket.reader import WebSocketReader
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler
from multidict import CIMultiDict, CIMultiDictProxy

from chatserver.config.urls import UNIX, read_address

log = logging.getLogger(__name__)

NO_MESSAGES: Any = ()
MIN_SPEED = 500  # bytes a second of a body, as in Apache's mod_reqtimeout: a slower one is an attack


class Connection(RequestHandler):
    """Closes itself if its first byte, the rest of a header, or more of a body does not arrive in time."""

    __slots__ = ("_between", "_headers", "_timeout", "_timer", "_upgrade_headers")

    def __init__(
        self, manager: web.Server, *, request_timeout: float, headers: Mapping[str, str], **options: Any
    ) -> None:
        super().__init__(manager, **options)
        self._timeout = request_timeout
        self._headers = headers  # of the answers to malformed requests
        self._timer: asyncio.TimerHandle | None = None
        self._upgrade_headers: CIMultiDict[str] | None = None
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
        if self._upgraded and self._messages:
            self._copy_headers()

    def _copy_headers(self) -> None:
        """Gives a request for an upgrade headers that `set_parser` can empty: aiohttp keeps the request."""
        message, payload = self._messages[-1]
        assert isinstance(message, RawRequestMessage)
        self._upgrade_headers = CIMultiDict(message.headers)
        headers = CIMultiDictProxy(self._upgrade_headers)
        self._messages[-1] = message._replace(headers=headers, raw_headers=()), payload

    def expect_body(self, payload: StreamReader) -> None:
        """Starts the timer for the body once the header is complete. A WebSocket has no body, and so no timer."""
        self._between = False
        self._stop_timer()
        if not payload.is_eof():
            self._start_timer(self._check_body, payload, payload.total_bytes)

    def _check_body(self, payload: StreamReader, so_far: int) -> None:
        if payload.is_eof() or payload.exception() is not None:
            return
        # Unless we are the slow ones: the pictures of a form are encoded between its parts.
        if not self._reading_paused and payload.total_bytes - so_far < self._timeout * MIN_SPEED:
            self.force_close()
        else:
            self._start_timer(self._check_body, payload, payload.total_bytes)

    def set_parser(self, parser: WebSocketReader, data_received_cb: Callable[[], None] | None = None) -> None:
        """Releases what only requests need, 3 to 6 KiB: from now on the connection is a WebSocket."""
        super().set_parser(parser, data_received_cb)
        self._upgraded = True  # else it would pause the parser of requests when frames come too fast
        self._parser = None
        self._messages = NO_MESSAGES
        self._cache.clear()
        if self._upgrade_headers is not None:  # none of a handshake that announced a body
            self._upgrade_headers.clear()
        if self._current_request is not None:
            self._current_request._cache.clear()  # noqa: SLF001

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
        response = Bare(status=status, text=text, headers={**self._headers, "Cache-Control": "no-store"})
        response.force_close()
        return response


class Bare(web.Response):
    """A response without the header that names aiohttp and its version."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.pop("Server", None)
