"""The bounded queue of frames and events that wait for one socket."""

import asyncio
from typing import NamedTuple

from chatserver.bus.events import (
    Event,
    ManyMessagesChanged,
    MessageChanged,
    MessageStored,
    NoteAdded,
    ReadMarkMoved,
    TypingNoticed,
)
from chatserver.realtime.close_codes import CloseCode
from chatserver.realtime.frames.incoming import Close, Open


class PresenceChanged(NamedTuple):
    """Wakes the listener task, which sends the presence frames of open threads. However many change, only one waits."""


Item = Event | PresenceChanged | str | Open | Close
WITH_FRAMES = MessageStored | MessageChanged | ManyMessagesChanged | NoteAdded | ReadMarkMoved | TypingNoticed
CloseReason = CloseCode | None  # None: the browser is gone already


class Mailbox:
    """A bounded queue with one consumer, the socket's listener task. Limits: 0 = none.

    A browser may read more slowly than its user's threads produce: on a bad line, in a suspended tab, or on purpose.
    Without a limit everything it has not read stays in the process's memory: one such socket in a busy group holds
    megabytes, thousands of them kill the process, and with it the sockets of all other users. Waiting for it is no
    better, since one slow socket would delay the event for all. So `put` never waits and never fails: over the limit
    of frames or bytes the mailbox drops its content and ends with `TOO_SLOW`. Nothing is lost: the client connects
    again and opens its threads with the last number it has, and the server replays the rest from PostgreSQL.

    A list with a future takes a tenth of the memory of `asyncio.Queue`; ten thousand of them are nearly always empty.
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
        """Adds an item; over a limit ends the mailbox with `TOO_SLOW`. An ended mailbox ignores it."""
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
        """The number of items that have not been taken."""
        return len(self._items)

    def close(self, end: CloseReason) -> None:
        """Ends the mailbox and drops its items: a client that reconnects catches up. The first reason counts."""
        if not self._ended:
            self._ended, self._end = True, end
            self._items.clear()
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Item | CloseReason:
        """Waits for the next item and returns it, or the close reason once the mailbox has ended."""
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
    """Returns the number of characters, which is close enough to bytes for a limit on memory."""
    if isinstance(item, str):
        return len(item)
    return len(item.frame) if isinstance(item, WITH_FRAMES) else 0
