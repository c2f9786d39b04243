"""What waits to be sent on one socket."""

import asyncio
from collections import deque

from chatserver.realtime.protocol import Close, CloseCode, Event, Open

Item = Event | str | Open | Close | CloseCode


class Mailbox:
    """A bounded queue for one reader. `put` never waits and never fails: over the limit the last item is `TOO_SLOW`.

    A list with a future takes a quarter of the memory of `asyncio.Queue`, ten thousand times. Limits: 0 = none.
    """

    __slots__ = ("_bytes", "_items", "_max_bytes", "_max_items", "_waiter", "closed")

    def __init__(self, max_items: int, max_bytes: int) -> None:
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._waiter: asyncio.Future[None] | None = None
        self.closed = False

    def put(self, item: Item) -> None:
        if self.closed:
            return
        size = _size(item)
        full = 0 < self._max_items <= len(self._items) or (self._items and 0 < self._max_bytes < self._bytes + size)
        if full:
            self._items.clear()  # it comes back and catches up
            item, size = CloseCode.TOO_SLOW, 0
        if isinstance(item, CloseCode):
            self.closed = True
        self._items.append(item)
        self._bytes += size
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Item:
        if not self._items:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        item = self._items.popleft()
        self._bytes -= _size(item)
        return item


def _size(item: Item) -> int:
    """Characters, which for a limit on memory are near enough to bytes."""
    if isinstance(item, str):
        return len(item)
    return len(item.text) if isinstance(item, Event) else 0
