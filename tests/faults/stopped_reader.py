"""A browser that stops reading."""

import asyncio
import socket
from typing import Any


class StoppedReader:
    """A socket whose client stopped reading."""

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
