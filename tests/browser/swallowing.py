"""A connection that swallows what the server says of a message, so that nobody knows whether it arrived."""

import asyncio
from typing import Self

from playwright.async_api import WebSocketRoute

from tests.browser.screens import Screen
from tests.support.people import PATIENCE

ANSWERS = ('"type":"sent"', '"type":"message"')


class Swallowing:
    """From `begin` until the connection `breaks`, answers to messages get lost; everything else passes."""

    def __init__(self) -> None:
        self._is_on = False
        self._swallowed = asyncio.Event()
        self._socket: WebSocketRoute | None = None

    @classmethod
    async def between(cls, screen: Screen) -> Self:
        """Comes between the server and this page, which is loaded again."""
        made = cls()
        await screen.page.route_web_socket("**/messages/ws", made._relay)
        await screen.page.reload()
        return made

    def _relay(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        server = socket.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            if self._is_on and any(answer in str(frame) for answer in ANSWERS):
                self._swallowed.set()
            else:
                socket.send(frame)

        server.on_message(pass_on)

    def begin(self) -> None:
        self._is_on = True

    async def something(self) -> None:
        """Waits until something was swallowed: by then the message is stored."""
        await asyncio.wait_for(self._swallowed.wait(), PATIENCE)

    async def breaks(self) -> None:
        """The connection ends, and the next one swallows nothing."""
        assert self._socket is not None
        self._is_on = False
        await self._socket.close()
