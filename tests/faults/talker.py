"""A client that keeps its word: the protocol's promises from the other side, and every breach of them noted."""

import asyncio
import contextlib
import random
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

SILENCE = 60.0  # seconds without a frame, then the client reconnects
PONG = 5.0  # seconds to answer after coming back online


@dataclass
class View:
    """One thread as one screen shows it."""

    last: int = 0
    ids: list[str] = field(default_factory=list)
    opened: bool = False


@dataclass
class Talker:
    """Someone who writes in their threads all the time: one unacknowledged message each, sent again until settled."""

    url: str
    origin: str
    cookie: str
    user_id: int
    name: str
    threads: list[int]
    pause: float  # seconds between an acknowledgement and the next message

    attempted: dict[str, tuple[int, str]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    views: dict[int, View] = field(default_factory=dict)
    heard: dict[int, set[int]] = field(default_factory=dict)  # every number told to this socket, whatever is open
    breaches: list[str] = field(default_factory=list)
    closes: list[tuple[float, int | None]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    delays: list[tuple[float, float]] = field(default_factory=list)  # when seen, seconds since it was first sent
    came: bool = False
    talking: bool = True
    opens: bool = True  # a chat; else a list page
    text: str = "x"
    trust: ssl.SSLContext | bool = True  # whose certificates are believed
    unavailable: float = 0  # when a send was last refused as such

    def __post_init__(self) -> None:
        self.views = {thread: View() for thread in self.threads}
        self.heard = {thread: set() for thread in self.threads}
        self._waiting: dict[int, str] = {}
        self._sent_at: dict[int, float] = {}
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._probing = asyncio.Event()

    @property
    def settled(self) -> bool:
        return not self._waiting

    def online(self) -> None:
        """The browser says that it is back: ask for a pong, and reconnect without one."""
        self._probing.set()

    async def run(self, first_sent: dict[str, float]) -> None:
        """Talks until cancelled; `first_sent` is shared by all: when each message was first sent."""
        self._first_sent = first_sent
        attempt = 0
        async with aiohttp.ClientSession(headers={"Cookie": self.cookie}) as http:
            while True:
                http.headers["Cookie"] = self.cookie
                try:
                    async with asyncio.timeout(10):
                        ws = await http.ws_connect(
                            f"{self.url}/messages/ws", headers={"Origin": self.origin}, autoping=True, ssl=self.trust
                        )
                    attempt = 0
                    try:
                        await self._serve(ws)
                    finally:
                        self.closes.append((time.monotonic(), ws.close_code))
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    if isinstance(error, aiohttp.WSServerHandshakeError):
                        self.refused.append(str(error.status))
                await asyncio.sleep(random.uniform(0, min(30, 0.5 * 2**attempt)))
                attempt += 1

    async def _serve(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        tasks = [asyncio.create_task(work) for work in (self._write(ws), self._probe(ws))]
        try:
            while True:
                async with asyncio.timeout(SILENCE):
                    message = await ws.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                self._probing.clear()
                await self._receive(ws, message.json())
        finally:
            for view in self.views.values():
                view.opened = False
            self._sent_at.clear()
            for task in tasks:
                task.cancel()

    async def _receive(self, ws: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "hello":
                self.came = True
                for thread, view in self.views.items() if self.opens else ():
                    await ws.send_json({"type": "open", "thread": thread, "after": view.last})
            case "ping":
                await ws.send_json({"type": "pong"})
            case "message":
                self._see(frame)
            case "opened":
                self._opened(frame)
            case "sent":
                self._settle(frame["thread"], frame["id"], frame["seq"])
            case "reset":
                self.breaches.append(f"reset of {frame['thread']}")
            case "error":
                await self._failed(ws, frame)

    def _see(self, frame: dict[str, Any]) -> None:
        thread, seq, id = frame["thread"], frame["seq"], frame["id"]
        view = self.views[thread]
        if seq not in self.heard[thread] and id in self._first_sent:
            now = time.monotonic()
            self.delays.append((now, now - self._first_sent[id]))
        self.heard[thread].add(seq)
        if seq == view.last + 1:
            view.last = seq
            view.ids.append(id)
        elif view.opened:
            self.breaches.append(f"doubled {seq}" if seq <= view.last else f"reordered {seq} after {view.last}")
        if self._waiting.get(thread) == id:
            self._settle(thread, id, seq)

    def _opened(self, frame: dict[str, Any]) -> None:
        view = self.views[frame["thread"]]
        view.opened = True
        if frame["last"] != view.last:
            self.breaches.append(f"opened at {frame['last']} with {view.last}")

    def _settle(self, thread: int, id: str, seq: int) -> None:
        if self.acknowledged.setdefault(id, seq) != seq:
            self.breaches.append(f"acknowledged as {self.acknowledged[id]} and {seq}")
        if self._waiting.get(thread) == id:
            del self._waiting[thread]
            self._sent_at[thread] = time.monotonic()

    async def _failed(self, ws: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["code"] != "unavailable":
            self.breaches.append(f"refused: {frame['code']}")
        elif "id" in frame:
            self.unavailable = time.monotonic()
            await asyncio.sleep(0.5)
            self._sent_at.pop(frame["thread"], None)
        else:
            view = self.views[frame["thread"]]
            await asyncio.sleep(0.5)
            await ws.send_json({"type": "open", "thread": frame["thread"], "after": view.last})

    async def _write(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Sends what waits, or something new, in each thread in turn."""
        turns = deque(self.threads)
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            while True:
                turns.rotate()
                thread = turns[0]
                waiting = self._waiting.get(thread)
                if waiting is None and self.talking:
                    waiting = str(uuid4())
                    self.attempted[waiting] = (thread, f"{self.text} {len(self.attempted)}")
                    self._waiting[thread] = waiting
                    self._first_sent[waiting] = time.monotonic()
                    self._sent_at.pop(thread, None)
                if waiting is not None and thread not in self._sent_at:
                    self._sent_at[thread] = time.monotonic()
                    text = self.attempted[waiting][1]
                    await ws.send_json({"type": "send", "thread": thread, "id": waiting, "text": text})
                await asyncio.sleep(self.pause * random.uniform(0.5, 1.5) / len(turns))

    async def _probe(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Without an answer after coming back online, the connection is dead."""
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            while True:
                await self._probing.wait()
                await ws.send_json({"type": "ping"})
                await asyncio.sleep(PONG)
                if self._probing.is_set():
                    self._probing.clear()
                    await ws.close()


class StoppedReader:
    """A socket whose far end takes nothing any more."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    @classmethod
    async def open(cls, world: Any, cookie: str) -> "StoppedReader":
        far = socket.socket()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        far.setblocking(False)
        host, port = world.url.removeprefix("http://").split(":")
        await asyncio.get_running_loop().sock_connect(far, (host, int(port)))
        reader, writer = await asyncio.open_connection(sock=far)
        writer.write(
            f"GET /messages/ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: {world.url}\r\n"
            f"Cookie: {cookie}\r\n\r\n".encode()
        )
        assert b"101" in await reader.readline()
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        return cls(writer)

    def close(self) -> None:
        self._writer.transport.abort()
