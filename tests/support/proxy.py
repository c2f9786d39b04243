"""A relay between two parts that can become silent, or lose events published to Redis."""

import asyncio
import re
from collections.abc import Awaitable, Callable

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

CHANNEL = re.compile(rb"user:(?=\d+\r\n)")


class Proxy:
    """Relays connections to `connect`, whose answers are delayed by `delay` seconds.

    While `silent`, nothing passes, and neither side is notified (no FIN).
    While `drops_publishes`, events go to a channel without subscribers; Redis answers as usual.
    """

    def __init__(self, connect: Callable[[], Awaitable[Streams]]) -> None:
        self._connect = connect
        self._passes = asyncio.Event()
        self._passes.set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.delay = 0.0
        self.drops_publishes = False
        self.subscribes = asyncio.Event()  # while clear, SUBSCRIBE waits on its way to Redis
        self.subscribes.set()
        self.waiting_subscribes = 0
        self._kept: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listens on a free port of 127.0.0.1 and returns it."""
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def silent(self) -> bool:
        return not self._passes.is_set()

    @silent.setter
    def silent(self, silent: bool) -> None:
        (self._passes.clear if silent else self._passes.set)()

    @property
    def alive(self) -> int:
        """The number of connections that the far side still keeps."""
        return len(self._kept)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._kept.add(task)
        try:
            far_reader, far_writer = await self._connect()
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(reader, far_writer, lambda: None, to_redis=True))
                pumps.create_task(self._pump(far_reader, writer, lambda: self._kept.discard(task), to_redis=False))
        except* (OSError, Ended):
            pass
        finally:
            writer.close()
            self._kept.discard(task)
            self._tasks.discard(task)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        at_end: Callable[[], object],
        *,
        to_redis: bool,
    ) -> None:
        """Reads everything, and writes it when it may pass."""
        chunks: asyncio.Queue[bytes] = asyncio.Queue()
        taking = asyncio.create_task(take_in(reader, chunks, at_end))
        try:
            while data := await chunks.get():
                await self._passes.wait()
                if not to_redis:
                    await asyncio.sleep(self.delay)
                if to_redis and b"SUBSCRIBE" in data:
                    self.waiting_subscribes += 1
                    await self.subscribes.wait()
                    self.waiting_subscribes -= 1
                if to_redis and self.drops_publishes and b"SUBSCRIBE\r\n" not in data:
                    data = CHANNEL.sub(b"void:", data)
                writer.write(data)
                await writer.drain()
            await self._passes.wait()
            raise Ended
        finally:
            taking.cancel()
            writer.close()


class Ended(Exception):
    """One side has closed, so the other is closed too."""


async def take_in(reader: asyncio.StreamReader, chunks: asyncio.Queue[bytes], at_end: Callable[[], object]) -> None:
    data = b" "
    while data:
        try:
            data = await reader.read(65_536)
        except ConnectionError:
            data = b""
        if not data:
            at_end()
        chunks.put_nowait(data)
