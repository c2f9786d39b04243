"""Group commit: whatever waits is done together, one batch at a time."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from chatserver.errors import ChatError, Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Batcher(Generic[Item, Result]):
    """Alone, an item is worked on at once; under load, everything that waits shares one call of `work`, in order.

    `work` answers each item with a result or an exception. A second item of the same `key` waits for the next batch; by
    default none does. `max_waiting` items wait at the most (0 = no limit).
    """

    def __init__(
        self,
        work: Callable[[list[Item]], Awaitable[Sequence[Result | Exception]]],
        max_batch: int,
        max_waiting: int,
        key: Callable[[Item], object] = lambda _: object(),
    ) -> None:
        self._work = work
        self._key = key
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._task: asyncio.Task[None] | None = None

    def submit(self, item: Item) -> "asyncio.Future[Result]":
        """Raises Unavailable when too many wait already: then the item is certainly not done."""
        if 0 < self._max_waiting <= len(self._waiting):
            raise Unavailable("too much is waiting for PostgreSQL")
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        return future

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def drain(self) -> None:
        """Returns when nothing waits any more."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._waiting:
            batch = self._take()
            results: Sequence[Result | Exception]
            try:
                results = await self._work([item for item, _ in batch])
            except ChatError as error:
                results = [error] * len(batch)
            except Exception:
                log.exception("a batch failed")
                results = [Unavailable("a batch failed")] * len(batch)
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():  # its waiter was cancelled
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    def _take(self) -> list[tuple[Item, "asyncio.Future[Result]"]]:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        again: list[tuple[Item, asyncio.Future[Result]]] = []
        keys: set[object] = set()
        while self._waiting and (not self._max_batch or len(batch) < self._max_batch):
            entry = self._waiting.popleft()
            key = self._key(entry[0])
            (again if key in keys else batch).append(entry)
            keys.add(key)
        self._waiting.extendleft(reversed(again))
        return batch
