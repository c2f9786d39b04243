"""Readers of pages: persistent connections with one request at a time; answers are not parsed.

The requests are sent in turn, and start again after the last one.
"""

import asyncio
import gc
import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.pacer import WARM_UP, moments, now, pace
from bench.processes import Group, cpu, cpu_since

PATIENCE = 10.0  # seconds
CONNECTIONS = 32  # of the open loop: more than are ever busy at once


@dataclass
class Reading:
    """The result of a run: its seconds, its pages, and how many of them were not a 200."""

    seconds: float
    pages: int
    size: int  # bytes of the last page on the wire
    times: list[float]
    failed: int
    cpu: dict[str, float] = field(default_factory=dict)

    def cpu_each(self, name: str) -> float:
        """Returns the milliseconds of CPU for each page."""
        return self.cpu.get(name, 0) / max(self.pages, 1) * 1e3


class PageRequest(NamedTuple):
    """The path and headers of one user's request."""

    path: str
    headers: dict[str, str]


class Reader(asyncio.Protocol):
    """One connection: HTTP/1.1, bodies with a Content-Length."""

    def __init__(self) -> None:
        self._received = bytearray()

    @classmethod
    async def connect(cls, url: str) -> "Reader":
        place = urlsplit(url)
        _, reader = await asyncio.get_running_loop().create_connection(cls, str(place.hostname), place.port or 80)
        return reader

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def get(self, request: bytes) -> "asyncio.Future[tuple[int, int]]":
        """Requests a page; returns the status and the bytes of the body."""
        self._received.clear()
        self._answer: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end:
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(body) == length:
                self._answer.set_result((int(head[9:12]), length))

    def connection_lost(self, error: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_exception(error or ConnectionError("closed before the answer was whole"))

    def close(self) -> None:
        self._transport.close()


def requests(url: str, requested: Sequence[PageRequest]) -> Iterator[bytes]:
    """Yields the requests as bytes, without end."""
    host = urlsplit(url).netloc
    return cycle([_request(each.path, {"Host": host, **each.headers}) for each in requested])


def _request(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    return f"GET {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode()


async def closed_loop(
    url: str, requested: Sequence[PageRequest], group: Group, *, readers: int, seconds: float, warm_up: float = WARM_UP
) -> Reading:
    """Each of `readers` connections requests the next page as soon as it has received one."""
    gc.disable()
    coming = requests(url, requested)
    connections = await asyncio.gather(*(Reader.connect(url) for _ in range(readers)))
    group = {**group, "own": os.getpid()}
    reading = Reading(0, 0, 0, [], 0)
    until = now() + warm_up + seconds

    async def read(reader: Reader) -> None:
        while (start := now()) < until:
            status, reading.size = await reader.get(next(coming))
            reading.times.append(now() - start)
            reading.failed += status != 200

    tasks = [asyncio.create_task(read(reader)) for reader in connections]
    await asyncio.sleep(warm_up)
    start, before, first = now(), cpu(group), len(reading.times)
    await asyncio.sleep(until - now())
    reading.seconds, reading.cpu = now() - start, cpu_since(before, group)
    del reading.times[:first]
    reading.pages = len(reading.times)
    await asyncio.gather(*tasks)
    for reader in connections:
        reader.close()
    return reading


async def open_loop(url: str, requested: Sequence[PageRequest], *, rate: float, seconds: float) -> Reading:
    """Requests `rate` pages a second, whether or not earlier ones have been answered."""
    gc.disable()
    coming = requests(url, requested)
    idle = deque(await asyncio.gather(*(Reader.connect(url) for _ in range(CONNECTIONS))))
    connections = list(idle)
    waiting: deque[float] = deque()
    reading = Reading(seconds, 0, 0, [], 0)

    def read(reader: Reader, due: float) -> None:
        def done(answer: "asyncio.Future[tuple[int, int]]") -> None:
            status, reading.size = answer.result()
            reading.times.append(now() - due)
            reading.failed += status != 200
            if waiting:
                read(reader, waiting.popleft())
            else:
                idle.append(reader)

        reader.get(next(coming)).add_done_callback(done)

    def request(number: int) -> None:
        if idle:
            read(idle.popleft(), times[number])
        else:
            waiting.append(times[number])

    start = now() + 0.1
    times = [start + moment for moment in moments(rate, seconds)]
    await pace(times, request)
    async with asyncio.timeout(PATIENCE):
        while len(reading.times) < len(times):
            await asyncio.sleep(0.01)
    reading.pages = len(times)
    for reader in connections:
        reader.close()
    return reading
