"""Group commit: processes all waiting items together, one batch at a time."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from chatserver.database.gathering import Gathering
from chatserver.errors import ChatError, Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Batcher(Generic[Item, Result]):
    """Processes a lone item at once; under load, all waiting items share one call of `work`, in order.

    `work` returns a result or an exception for each item. A second item with an equal `key` waits for the next batch;
    by default keys never match. At most `max_waiting` items wait (0 = no limit). If all of them are `patient`, others
    that come with them may be waited for, at most `pause` seconds (`Gathering`).
    """

    def __init__(
        self,
        work: Callable[[list[Item]], Awaitable[Sequence[Result | Exception]]],
        max_batch: int,
        max_waiting: int,
        key: Callable[[Item], object] = lambda _: object(),
        *,
        pause: float = 0.0,
        patient: Callable[[Item], bool] = lambda _: False,
    ) -> None:
        self._work = work
        self._key = key
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._gathering = Gathering(pause)
        self._patient = patient
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._task: asyncio.Task[None] | None = None

    def submit(self, item: Item) -> "asyncio.Future[Result]":
        """Queues an item; the future gets its result. Raises Unavailable, without queueing it, if the queue is full."""
        if 0 < self._max_waiting <= len(self._waiting):
            raise Unavailable("too many requests are waiting for PostgreSQL")
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        elif self._patient(item):
            self._gathering.came(len(self._waiting))
        else:
            self._gathering.release()
        return future

    @property
    def waiting(self) -> int:
        """The number of items in the queue."""
        return len(self._waiting)

    async def drain(self) -> None:
        """Returns once the queue is empty and the last batch is done."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._waiting:
            if all(self._patient(item) for item, _ in self._waiting):
                await self._gathering.wait(len(self._waiting))
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
                if future.done():  # its caller was cancelled
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
            self._gathering.ended(len(batch))

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
