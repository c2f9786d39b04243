"""Gauges, sampled once a second: lengths of queues, connections in use, memory."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time, time

from chatserver import __version__
from chatserver.bus.publisher import Publisher
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.message_store import MessageStore
from chatserver.database.pool import Pool
from chatserver.realtime.sockets import Sockets
from chatserver.telemetry import metrics
from chatserver.web.rendering.fragments import drawn_so_far

INTERVAL = 1.0  # seconds


class Sampler:
    """Samples the gauges of this process; `subscribed` returns whether events from Redis arrive."""

    def __init__(
        self,
        sockets: Sockets,
        stores: Sequence[MessageStore | ChangeStore],
        publisher: Publisher,
        pool: Pool,
        subscribed: Callable[[], bool],
    ) -> None:
        self._sockets = sockets
        self._stores = stores
        self._publisher = publisher
        self._pool = pool
        self._subscribed = subscribed
        self._cpu = 0.0
        self._drawn = {"hit": 0, "miss": 0}

    async def run(self) -> None:
        """Samples every `INTERVAL` seconds until cancelled, and then once more."""
        metrics.INFO.labels(__version__).set(1)
        metrics.STARTED.set(time())
        try:
            while True:
                self._sample()
                await asyncio.sleep(INTERVAL)
        finally:
            self._sample()

    def _sample(self) -> None:
        """Samples all gauges once."""
        for tally in metrics.TALLIES:
            tally.pass_on()
        metrics.SOCKETS.set(len(self._sockets.connections))
        metrics.LONGEST_MAILBOX.set(self._sockets.longest_mailbox)
        metrics.WRITER_WAITING.set(sum(store.waiting for store in self._stores))
        metrics.PUBLISHER_WAITING.set(self._publisher.waiting)
        metrics.POOL_SIZE.set(self._pool.size)
        metrics.POOL_USED.set(self._pool.used)
        metrics.POOL_WAITING.set(self._pool.waiting)
        metrics.REDIS_AWAY.set(not self._subscribed())
        drawn = drawn_so_far()
        for outcome, number in drawn.items():
            metrics.FRAGMENTS.labels(outcome).inc(number - self._drawn[outcome])
        self._drawn = drawn
        cpu = process_time()
        metrics.CPU.inc(cpu - self._cpu)
        self._cpu = cpu
        with contextlib.suppress(OSError):  # only Linux has it
            metrics.MEMORY.set(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
