"""A chat open on a screen: one socket, and what its browser checks."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.stage import Seat

HANDSHAKE = 60.0  # seconds
RECEIVE_BUFFER = 2048  # bytes; small, for ten thousand screens
GATHER = 0.2  # seconds until a page marks messages as read: static/js/chat/reading.js


class Screen(WSListener):
    """`on_frame(screen, frame)` gets each `message`, `sent`, `done`, `error`; and a relay's `send`, without number."""

    def __init__(self, seat: Seat, on_frame: "OnFrame", after: int | None = None) -> None:
        self.seat = seat
        self.last = after  # the number of the last message; None until the server sends it
        self.change = 0  # the number of the last change
        self.doubled = self.disordered = 0
        self.opened = asyncio.get_running_loop().create_future()
        self._on_frame = on_frame
        self._transport: WSTransport | None = None
        self._marked = 0
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    async def open(cls, seat: Seat, on_frame: "OnFrame", after: int | None = None) -> Self:
        """Returns when the chat is open. Raises OSError, or picows's error for a refused handshake."""
        origin = seat.url.replace("ws", "http", 1).partition("/messages/")[0]
        screen = cls(seat, on_frame, after)
        await ws_connect(
            lambda: screen,
            seat.url,
            extra_headers={"Cookie": seat.cookie, "Origin": origin},
            websocket_handshake_timeout=HANDSHAKE,
            read_buffer_init_size=RECEIVE_BUFFER,
        )
        async with asyncio.timeout(HANDSHAKE):
            await screen.opened
        return screen

    def send(self, frame: str) -> None:
        assert self._transport
        self._transport.send(WSMsgType.TEXT, frame.encode())

    def notice(self) -> None:
        """Marks messages as read, once for a burst, as a visible page does."""
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(GATHER, self._mark)

    def _mark(self) -> None:
        if self.connected and self.last and self.last > self._marked:
            self._marked = self.last
            self.send(f'{{"type":"read","thread":{self.seat.thread},"seq":{self.last}}}')

    def cut(self) -> None:
        """Cuts the connection without a closing handshake, as a network failure does."""
        if self._transport:
            self._transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002
        self._transport = None
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before the chat was open"))

    @property
    def connected(self) -> bool:
        return self._transport is not None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type != WSMsgType.TEXT:
            if frame.msg_type == WSMsgType.CLOSE:
                transport.disconnect()
            return
        fields = json.loads(frame.get_payload_as_utf8_text())
        match fields["type"]:
            case "message":
                self._follow(fields["seq"])
                self._on_frame(self, fields)
            case "changed":
                self._follow_change(fields["change"])
            case "sent" | "done" | "error" | "send":
                self._on_frame(self, fields)
            case "ping":
                self.send('{"type":"pong"}')
            case "hello":
                after = "" if self.last is None else f',"after":{self.last}'
                self.send(f'{{"type":"open","thread":{self.seat.thread}{after}}}')
            case "opened":
                self.last, self.change = fields["last"], fields.get("change", 0)
                if not self.opened.done():
                    self.opened.set_result(None)

    def _follow(self, seq: int) -> None:
        """Checks that messages arrive in the order of their numbers."""
        if self.last is not None and self.opened.done():
            if seq <= self.last:
                self.doubled += 1
            elif seq > self.last + 1:
                self.disordered += 1
        self.last = max(seq, self.last or 0)

    def _follow_change(self, change: int) -> None:
        """Checks that the numbers of changes rise; superseded ones may be left out."""
        if self.opened.done():
            self.doubled += change == self.change
            self.disordered += change < self.change
        self.change = max(change, self.change)


OnFrame = Callable[[Screen, dict[str, Any]], None]
