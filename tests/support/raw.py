"""A connection for HTTP and WebSocket byte by byte, without a library that corrects anything."""

import asyncio
import base64
import contextlib
import json
import re
import struct
from typing import Any, NamedTuple, Self

from yarl import URL

from tests.support.people import PATIENCE, Person

KEY = base64.b64encode(b"a nonce of 16 by").decode()
SENTINEL = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Raw:
    """One connection, open within `async with`."""

    def __init__(self, url: URL) -> None:
        self.url = url

    async def __aenter__(self) -> Self:
        assert self.url.host is not None
        self._reader, self._writer = await asyncio.open_connection(self.url.host, self.url.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    # -- HTTP ---------------------------------------------------------------------------------------------------------

    async def sends(self, data: bytes) -> None:
        """Sends bytes; the answer shows whether the server still accepted them."""
        with contextlib.suppress(ConnectionError):
            self._writer.write(data)
            await self._writer.drain()

    async def requests(self, line: str, *headers: str, body: bytes = b"") -> None:
        await self.sends("\r\n".join((line, "Host: x", *headers, "", "")).encode("latin-1") + body)

    async def answer(self, *, bodiless: bool = False) -> Answer | None:
        """Returns the next answer; None if the connection is closed instead."""
        async with asyncio.timeout(PATIENCE):
            try:
                head = await self._reader.readuntil(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                fields = (line.partition(":") for line in lines[1:-2])
                headers = {name.lower(): value.strip() for name, _, value in fields}
                status = int(re.fullmatch(r"HTTP/\d\.\d (\d{3}) .*", lines[0])[1])  # type: ignore[index]
                length = 0 if bodiless or status == 101 else int(headers.get("content-length", 0))
                return Answer(status, headers, await self._reader.readexactly(length))
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                partial = getattr(error, "partial", b"")
                assert not partial, f"a part of an answer: {partial!r}"
                return None

    async def is_closed(self) -> None:
        """Waits until the server closes the connection without sending anything else."""
        assert await self.answer() is None

    async def answers(self, *, bodiless: bool = False) -> list[Answer]:
        """Returns all answers so far: an ordinary request at the end must get its own answer, or none."""
        found = []
        first = await self.answer(bodiless=bodiless)
        if first is not None:
            found.append(first)
            await self.sends(SENTINEL)
            while (answer := await self.answer()) is not None:
                found.append(answer)
        if len(found) > 1 and found[-1].body == b'{"status": "ok"}':
            found.pop()
        return found

    # -- WebSocket ----------------------------------------------------------------------------------------------------

    async def upgrades(self, *, cookie: str = "", **headers: str | None) -> Answer | None:
        """Sends a handshake with some headers changed, or None to leave one out; returns its answer."""
        right: dict[str, str | None] = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec_WebSocket_Version": "13",
            "Sec_WebSocket_Key": KEY,
            "Origin": str(self.url.origin()),
            "Cookie": cookie,
        }
        given = {name.replace("_", "-"): value for name, value in (right | headers).items()}
        await self.requests(
            "GET /messages/ws HTTP/1.1", *(f"{name}: {value}" for name, value in given.items() if value is not None)
        )
        return await self.answer()

    async def frame(
        self,
        payload: bytes,
        opcode: int = TEXT,
        *,
        final: bool = True,
        masked: bool = True,
        declared: int | None = None,
    ) -> None:
        """Sends a frame (RFC 6455 §5.2), with any declared length."""
        length = len(payload) if declared is None else declared
        mask = 0x80 if masked else 0
        if length < 126:
            size = struct.pack("!B", mask | length)
        elif length < 2**16:
            size = struct.pack("!BH", mask | 126, length)
        else:
            size = struct.pack("!BQ", mask | 127, length)
        await self.sends(bytes([(0x80 if final else 0) | opcode]) + size + (b"\0\0\0\0" if masked else b"") + payload)

    async def says(self, **fields: Any) -> None:
        await self.frame(json.dumps(fields).encode())

    async def receives(self) -> tuple[int, bytes]:
        """Returns the next frame's opcode and payload. Raises ConnectionError at the end of the connection."""
        async with asyncio.timeout(PATIENCE):
            try:
                first, length = await self._reader.readexactly(2)
                if length >= 126:
                    size = await self._reader.readexactly(2 if length == 126 else 8)
                    length = int.from_bytes(size, "big")
                return first & 0x0F, await self._reader.readexactly(length)
            except asyncio.IncompleteReadError:
                raise ConnectionResetError from None

    async def hears(self, type: str) -> dict[str, Any]:
        """Returns the next frame of a type; others are skipped."""
        while True:
            opcode, payload = await self.receives()
            assert opcode == TEXT, (opcode, payload)
            frame: dict[str, Any] = json.loads(payload)
            if frame["type"] == type:
                return frame

    async def ends(self) -> int | None:
        """Waits until the server closes; returns its code, None if it cuts the connection without one."""
        try:
            while True:
                opcode, payload = await self.receives()
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2], "big")
        except ConnectionError:
            return None


def cookie_of(person: Person) -> str:
    """Returns the Cookie header of a person's session."""
    return f"{person.session.key}={person.session.value}"
