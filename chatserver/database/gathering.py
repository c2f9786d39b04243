"""Waits a moment for the callers that come together, so that they share a batch.

Callers that were answered together come back together. A batch that left with the first of them would leave the others
a batch of their own, at the price of a whole one.
"""

import asyncio

CROWD = 3  # items in two batches in a row: below, callers come one by one, and to wait for more would be in vain
RECENT = 3  # pauses: later than that after the last batch, its callers do not come back


class Gathering:
    """Holds a batch back until as many items wait as the larger of the last two batches had, at most `pause` seconds.

    It does so while two batches hold `CROWD` items or more, and only soon after the last one: a lone item never waits.
    MySQL knows the same two limits as `binlog_group_commit_sync_delay` and `_no_delay_count`.
    """

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._sizes = (1, 1)  # of the last two batches
        self._ended = 0.0  # when the last one was answered, by the clock of the loop
        self._wanted = 0
        self._enough: asyncio.Future[None] | None = None

    async def wait(self, waiting: int) -> None:
        """Returns when the batch may leave; `waiting` items are there now."""
        loop = asyncio.get_running_loop()
        crowd = max(self._sizes)
        is_late = loop.time() - self._ended >= RECENT * self._pause
        if is_late or waiting >= crowd or sum(self._sizes) < CROWD:
            return
        self._wanted, self._enough = crowd, loop.create_future()
        timer = loop.call_later(self._pause, self.release)
        await self._enough
        timer.cancel()

    def came(self, waiting: int) -> None:
        """Says that one more item is there, `waiting` in all."""
        if waiting >= self._wanted:
            self.release()

    def ended(self, size: int) -> None:
        """Says that the callers of a batch have their results."""
        self._sizes, self._ended = (self._sizes[1], size), asyncio.get_running_loop().time()

    def release(self) -> None:
        """Lets the batch leave."""
        if self._enough is not None and not self._enough.done():
            self._enough.set_result(None)
