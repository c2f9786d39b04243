"""What waits to be sent on one socket."""

import asyncio
from typing import NamedTuple

from chatserver.bus.events import Event, MessageStored, ReadMarkMoved, TypingNoticed
from chatserver.realtime.protocol import Close, CloseCode, Open


class PresenceChanged(NamedTuple):
    """Wakes the socket: `Presence.news` has frames for it. However many users change, one of these waits."""


Item = Event | PresenceChanged | str | Open | Close
CloseReason = CloseCode | None  # None: the browser is gone already


class Mailbox:
    """A bounded queue for one reader. `put` never waits and never fails: over the limit the mailbox ends `TOO_SLOW`.

    A list with a future takes a tenth of the memory of `asyncio.Queue`, ten thousand times; it is nearly always empty.
    Limits: 0 = none.
    """

    __slots__ = ("_bytes", "_end", "_ended", "_items", "_max_bytes", "_max_items", "_waiter")

    def __init__(self, max_items: int, max_bytes: int) -> None:
        self._items: list[Item] = []
        self._bytes = 0
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._end: CloseReason = None

    def put(self, item: Item) -> None:
        if self._ended:
            return
        size = _size(item)
        full = 0 < self._max_items <= len(self._items)
        if full or (self._items and 0 < self._max_bytes < self._bytes + size):
            self.close(CloseCode.TOO_SLOW)
            return
        self._items.append(item)
        self._bytes += size
        self._wake()

    @property
    def waiting(self) -> int:
        return len(self._items)

    def close(self, end: CloseReason) -> None:
        """Ends the mailbox, whatever waits in it: who comes back catches up. The first end counts."""
        if not self._ended:
            self._ended, self._end = True, end
            self._items.clear()
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Item | CloseReason:
        """The next item, or at last the end."""
        while not self._items:
            if self._ended:
                return self._end
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        item = self._items.pop(0)
        self._bytes -= _size(item)
        return item


def _size(item: Item) -> int:
    """Characters, which for a limit on memory are near enough to bytes."""
    if isinstance(item, str):
        return len(item)
    return len(item.frame) if isinstance(item, MessageStored | ReadMarkMoved | TypingNoticed) else 0
