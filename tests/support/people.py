"""Ana, Ben and Cleo: people with a browser of their own."""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Mapping
from http.cookies import Morsel
from typing import Any, Protocol, Self
from uuid import uuid4

import aiohttp
from aiohttp import WSMsgType
from yarl import URL

PASSWORD = "correct horse battery"
PATIENCE = 20  # seconds until a test gives up waiting


class Named(Protocol):
    """Somebody whom one writes to."""

    name: str


class Person:
    """Someone at a browser without scripts: gets pages, fills in forms, opens sockets."""

    def __init__(
        self,
        url: URL,
        name: str,
        receive_buffer: int | None = None,
        trust: ssl.SSLContext | bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`receive_buffer`: bytes of the receive buffer of this person's sockets (the system's default);
        `trust`: whose certificates this person trusts.
        """
        self.url = url
        self.name = name
        self.id = 0
        connector = aiohttp.TCPConnector(socket_factory=lambda address: _socket(address, receive_buffer), ssl=trust)
        self.http = aiohttp.ClientSession(
            url,
            connector=connector,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={"Accept-Language": "en", **(headers or {})},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def get(self, path: str | URL, **options: Any) -> "Answer":
        async with self.http.get(path, **{"allow_redirects": False} | options) as response:
            return Answer(response.status, response.headers, await response.text())

    async def post(self, path: str, page: str | None = None, **fields: str) -> "Answer":
        """Fills in the form of `page` (by default at `path` itself) and sends it to `path`."""
        shown = await self.get(page or path)
        return await self.post_raw(path, {"csrf_token": shown.field("csrf_token"), **fields})

    async def post_raw(self, path: str, fields: dict[str, str], **options: Any) -> "Answer":
        async with self.http.post(path, data=fields, **{"allow_redirects": False} | options) as response:
            return Answer(response.status, response.headers, await response.text())

    async def sign_up(self, password: str = PASSWORD) -> Self:
        answer = await self.post("/messages/sign-up/", username=self.name, password=password)
        assert answer.status == 303, answer.alert
        self.id = (await self.json("/messages/session"))["user"]["id"]
        return self

    async def sign_in(self, password: str = PASSWORD) -> "Answer":
        return await self.post("/messages/sign-in/", username=self.name, password=password)

    async def sign_out(self) -> "Answer":
        return await self.post("/messages/sign-out/", page="/messages/")

    async def json(self, path: str) -> Any:
        async with self.http.get(path) as response:
            return await response.json()

    async def writes_to(self, other: Named, text: str = "Hello") -> int:
        """Sends a message by name and returns the thread."""
        answer = await self.post(
            "/messages/send_message/",
            page="/messages/",
            recipient_name=other.name,
            message=text,
            client_id=str(uuid4()),
        )
        assert answer.status == 303, answer.alert
        return int(answer.headers["Location"].split("/")[-2])

    @property
    def session(self) -> "Morsel[str]":
        """The cookie of this person's session."""
        return next(cookie for cookie in self.http.cookie_jar if cookie.key.startswith("chat_session"))

    @property
    def cookie(self) -> dict[str, str]:
        """The header that signs this person in at a server on another port."""
        return {"Cookie": f"chat_session={self.session.value}"}

    async def socket(self, origin: str | None = None) -> "Socket":
        """An open WebSocket, after its hello."""
        ws = await self.http.ws_connect("/messages/ws", headers={"Origin": origin or str(self.url.origin())})
        socket = Socket(ws)
        await socket.receives("hello")
        return socket


def _socket(address: Any, receive_buffer: int | None) -> socket.socket:
    made = socket.socket(*address[:3])
    if receive_buffer is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    made.setblocking(False)
    return made


class Answer:
    """The answer to a request."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    def field(self, name: str) -> str:
        """The value of a form's field."""
        for tag in re.findall(r"<input[^>]*>", self.text):
            if f'name="{name}"' in tag:
                return re.search(r'value="([^"]*)"', tag)[1]  # type: ignore[index]
        raise AssertionError(f"no field {name} in {self.text[:500]}")

    @property
    def alert(self) -> str:
        """The error that the page shows; '' when there is none."""
        found = re.search(r'role="alert"[^>]*>\s*([^<]*?)\s*<', self.text)
        return found[1] if found else ""

    @property
    def location(self) -> str:
        return str(self.headers["Location"])


class Socket:
    """A program's end of a WebSocket: answers pings, waits for frames by type."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def sends(self, thread: int, text: str = "Hello", id: str | None = None) -> str:
        id = id or str(uuid4())
        await self.says("send", thread=thread, id=id, text=text)
        return id

    async def edits(self, thread: int, seq: int, text: str, base: int = 0) -> str:
        """Returns the id that is in the request and the answer, as the next two do."""
        return await self._asks("edit", thread=thread, seq=seq, text=text, base=base)

    async def deletes(self, thread: int, seq: int) -> str:
        return await self._asks("delete", thread=thread, seq=seq)

    async def reacts(self, thread: int, seq: int, emoji: str, *, on: bool = True) -> str:
        return await self._asks("react", thread=thread, seq=seq, emoji=emoji, on=on)

    async def _asks(self, type: str, **fields: Any) -> str:
        id = str(uuid4())
        await self.says(type, id=id, **fields)
        return id

    async def says(self, type: str, **fields: Any) -> None:
        await self.ws.send_json({"type": type, **fields})

    async def opens(self, thread: int, **known: int) -> dict[str, Any]:
        """Opens a thread and returns `opened`; frames before it are skipped. `known`: `after`, `change`."""
        await self.says("open", thread=thread, **known)
        return await self.receives("opened")

    async def next(self) -> dict[str, Any]:
        """Returns the next frame that is not a ping."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.ws.receive()
                assert message.type is WSMsgType.TEXT, (message.type, self.ws.close_code)
                frame: dict[str, Any] = message.json()
                if frame["type"] != "ping":
                    return frame
                await self.says("pong")

    async def receives(self, type: str, **fields: Any) -> dict[str, Any]:
        """Returns the next frame of a type with these fields; others are skipped."""
        while True:
            frame = await self.next()
            if frame["type"] == type and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def receives_one_of(self, *types: str) -> dict[str, Any]:
        """Returns the next frame of these types; others are skipped."""
        while True:
            frame = await self.next()
            if frame["type"] in types:
                return frame

    async def everything_so_far(self) -> list[dict[str, Any]]:
        """Returns all frames until the answer to a ping, and that answer."""
        await self.says("ping")
        frames = [await self.next()]
        while frames[-1]["type"] != "pong":
            frames.append(await self.next())
        return frames

    def stops_reading(self) -> None:
        self._transport.pause_reading()

    def reads_again(self) -> None:
        self._transport.resume_reading()

    @property
    def _transport(self) -> asyncio.Transport:
        connection = self.ws._response.connection  # noqa: SLF001
        assert connection is not None
        assert isinstance(connection.transport, asyncio.Transport)
        return connection.transport

    async def is_cut_off(self) -> None:
        """Waits, without reading, until the connection is cut."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionError):
                while True:
                    await self.says("pong")
                    await asyncio.sleep(0.05)

    async def ends(self) -> int | None:
        """Waits until the server closes; returns its close code."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.ws.receive()
                if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR}:
                    return self.ws.close_code
