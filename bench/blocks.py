"""Watches the event loop of a worker: how long it was blocked, and how long other than for want of a core.

On a machine whose cores are busy any loop is late: Linux counts for how long a thread was ready to run and had no core.
What is left is the program's own: computing, waiting for a disk, or for another thread of Python.
"""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

log = logging.getLogger(__name__)

TICK, LOG_INTERVAL = 0.005, 1.0  # seconds
LOGGED = r"blocked for ([\d.]+) s, ([\d.]+) s of its own"
SCHEDULER = Path("/proc/thread-self/schedstat")


class Blocks:
    """Wakes 200 times a second, and logs the longest delay of each second, and the longest without waits for a core."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._longest = self._longest_own = 0.0  # seconds
        self._logged_at = monotonic()
        loop.call_soon(self._wait)

    def _wait(self) -> None:
        self._due, self._waited = monotonic() + TICK, waited_for_a_core()
        self._loop.call_later(TICK, self._wake)

    def _wake(self) -> None:
        now = monotonic()
        late = max(now - self._due, 0)
        self._longest = max(self._longest, late)
        self._longest_own = max(self._longest_own, late - (waited_for_a_core() - self._waited))
        if now - self._logged_at >= LOG_INTERVAL:
            log.info("the event loop was blocked for %.4f s, %.4f s of its own", self._longest, self._longest_own)
            self._longest = self._longest_own = 0.0
            self._logged_at = now
        self._wait()


def longest(logged: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Returns the milliseconds of the longest block in `LOGGED` lines, and of the longest without waits for a core."""
    late, own = (max(map(float, times)) * 1e3 for times in zip(*logged, strict=True))
    return late, own


def waited_for_a_core() -> float:
    """Returns for how many seconds this thread was ready to run and did not; 0 if the system does not count it."""
    try:
        return int(SCHEDULER.read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0
