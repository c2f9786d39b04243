"""The pool of connections to PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiopg.connection import Connection

from chatserver.errors import Unavailable


class Pool:
    """Holds at most `size` connections, each opened on first use and after it was lost.

    Replaces aiopg's pool, which holds its lock while it connects, so that a hanging PostgreSQL also blocks waiters
    whose time is up, and which wakes no waiter when a closed connection is returned.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self.size = size
        self.waiting = 0
        self._closed = False
        self._fit: set[Connection] = set()  # connections that may be reused
        self._slots: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()  # last in, first out: the warmest
        for _ in range(size):
            self._slots.put_nowait(None)

    @property
    def used(self) -> int:
        """The number of connections in use."""
        return self.size - self._slots.qsize()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lends a connection, and opens one if need be. Raises Unavailable once the pool is closed."""
        self.waiting += 1
        try:
            slot = await self._slots.get()
        finally:
            self.waiting -= 1
        try:
            if self._closed:
                raise Unavailable("the server is stopping")
            if slot not in self._fit or slot.closed:
                unfit, slot = slot, None
                await self._discard(unfit)
                slot = await self._connect()
                self._fit.add(slot)
            yield slot
        finally:
            self._slots.put_nowait(slot)

    def renew(self) -> None:
        """Retires all open connections: later callers get new ones, perhaps to another host."""
        self._fit.clear()

    async def close(self) -> None:
        """Waits for running queries, then closes all connections; refuses later callers."""
        slots = [await self._slots.get() for _ in range(self.size)]
        self._closed = True
        for slot in slots:
            await self._discard(slot)
            self._slots.put_nowait(None)

    async def _discard(self, slot: Connection | None) -> None:
        """Closes a connection unless it is closed: aiopg would touch its descriptor, which may have a new owner."""
        self._fit.discard(slot)
        if slot is not None and not slot.closed:
            await slot.close()
