"""A client that follows the protocol and records each breach of its promises by the server."""

import asyncio
import contextlib
import random
import ssl
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.faults.change_requests import ChangeRequests
from tests.support.screens import Screen, View

SILENCE = 60.0  # seconds without a frame, then the client reconnects
PONG = 5.0  # seconds to answer after coming back online


@dataclass
class Talker:
    """A user who writes in their threads all the time: one message at a time in each, sent again until it is settled.

    In between they edit and delete what they wrote, and react to what anybody did.
    """

    url: str
    origin: str
    cookie: str
    user_id: int
    name: str
    threads: list[int]
    pause: float  # seconds between an acknowledgement and the next message

    attempted: dict[str, tuple[int, str]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    heard: dict[int, set[int]] = field(default_factory=dict)  # all received numbers, in open threads and others
    heard_changes: dict[int, set[int]] = field(default_factory=dict)
    breaches: list[str] = field(default_factory=list)
    closes: list[tuple[float, int | None]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    delays: list[tuple[float, float]] = field(default_factory=list)  # when it was seen, seconds since it was first sent
    came: bool = False
    talking: bool = True
    opens: bool = True  # opens a chat; otherwise a list page
    text: str = "x"
    trust: ssl.SSLContext | bool = True  # whose certificates are trusted
    unavailable: float = 0  # when a send was last refused as unavailable

    def __post_init__(self) -> None:
        self.screen = Screen()
        self.requests = ChangeRequests(self.user_id)
        self.heard = {thread: set() for thread in self.threads}
        self.heard_changes = {thread: set() for thread in self.threads}
        self._request_is_sent = False  # on this socket
        self._requested_at = 0.0
        self._waiting: dict[int, str] = {}
        self._sent_at: dict[int, float] = {}
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._probing = asyncio.Event()

    @property
    def views(self) -> dict[int, View]:
        """The threads as the screen shows them."""
        return {thread: self.screen.views[thread] for thread in self.threads}

    @property
    def texts(self) -> dict[tuple[int, int], str]:
        """The texts of this talker's messages by thread and number, ignoring deletions."""
        said = {(self.attempted[id][0], seq): self.attempted[id][1] for id, seq in self.acknowledged.items()}
        edited = [request for request in self.requests.granted if request.kind == "edit"]
        return said | {(request.thread, request.seq): request.value for request in edited}

    @property
    def settled(self) -> bool:
        return not self._waiting and self.requests.open is None

    def online(self) -> None:
        """Handles the browser's `online` event: asks for a pong, and reconnects if none arrives."""
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
            self.screen.disconnects()
            self._sent_at.clear()
            self._request_is_sent = False
            for task in tasks:
                task.cancel()

    async def _receive(self, ws: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "hello":
                self.came = True
                for thread in self.threads if self.opens else ():
                    await ws.send_json(self.screen.asks_to_open(thread))
            case "ping":
                await ws.send_json({"type": "pong"})
            case "message":
                self._see(frame)
            case "changed":
                self._see_change(frame)
            case "opened" | "reset" | "note" | "thread" | "removed":
                self.screen.show(frame)
            case "done":
                self._granted(frame)
            case "sent":
                self._settle(frame["thread"], frame["id"], frame["seq"])
            case "error":
                await self._failed(ws, frame)

    def _see(self, frame: dict[str, Any]) -> None:
        thread, seq, id = frame["thread"], frame["seq"], frame["id"]
        if seq not in self.heard[thread]:
            self._measure(id)
        self.heard[thread].add(seq)
        self.screen.show(frame)
        if self._waiting.get(thread) == id:
            self._settle(thread, id, seq)

    def _see_change(self, frame: dict[str, Any]) -> None:
        thread, change = frame["thread"], frame["change"]
        if change not in self.heard_changes[thread]:
            self._measure(f"{thread}:{change}")
        self.heard_changes[thread].add(change)
        self.screen.show(frame)

    def _measure(self, what: str) -> None:
        if what in self._first_sent:
            now = time.monotonic()
            self.delays.append((now, now - self._first_sent[what]))

    def _granted(self, frame: dict[str, Any]) -> None:
        if self.requests.open is not None and frame["id"] == self.requests.open.id:
            self.requests.grant(frame["change"])
            self._first_sent.setdefault(f"{frame['thread']}:{frame['change']}", self._requested_at)

    def _settle(self, thread: int, id: str, seq: int) -> None:
        if self.acknowledged.setdefault(id, seq) != seq:
            self.breaches.append(f"acknowledged as {self.acknowledged[id]} and {seq}")
        if self._waiting.get(thread) == id:
            del self._waiting[thread]
            self._sent_at[thread] = time.monotonic()
            self.requests.wrote(thread, seq)

    async def _failed(self, ws: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        code, request = frame["code"], self.requests.open
        is_request = request is not None and frame.get("id") == request.id
        if code != "unavailable":
            if not is_request or not self.requests.gave_up(code):
                self.breaches.append(f"refused: {code}{f' of {request}' if is_request else ''}")
            return
        await asyncio.sleep(0.5)
        if is_request:
            self._request_is_sent = False
        elif "id" in frame:
            self.unavailable = time.monotonic()
            self._sent_at.pop(frame["thread"], None)
        else:
            await ws.send_json(self.screen.asks_to_open(frame["thread"]))

    async def _write(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Sends the waiting message or a new one, in each thread in turn."""
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
                await self._request_change(ws, thread)
                await asyncio.sleep(self.pause * random.uniform(0.5, 1.5) / len(turns))

    async def _request_change(self, ws: aiohttp.ClientWebSocketResponse, thread: int) -> None:
        """Sends the open request, or begins a new one in a thread."""
        if self.requests.open is None and self.talking:
            self.requests.begin(thread, self.screen.views[thread])
            self._request_is_sent, self._requested_at = False, time.monotonic()
        if self.requests.open is not None and not self._request_is_sent:
            self._request_is_sent = True
            await ws.send_json(self.requests.open.as_frame())

    async def _probe(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        """Closes the connection if there is no answer after coming back online."""
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            while True:
                await self._probing.wait()
                await ws.send_json({"type": "ping"})
                await asyncio.sleep(PONG)
                if self._probing.is_set():
                    self._probing.clear()
                    await ws.close()
