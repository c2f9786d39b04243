"""Measures the lag of the event loop: anything that blocks the loop delays every message."""

import asyncio
import logging
from time import monotonic

from chatserver.telemetry.metrics import LOOP_LAG

log = logging.getLogger(__name__)

INTERVAL = 0.1  # seconds
LOG_INTERVAL = 5.0  # seconds between two lines in the log


class LoopLag:
    """Wakes ten times a second and measures its delay. Logs a delay of `warning` seconds or more (0 = never)."""

    def __init__(self, warning: float) -> None:
        self._warning = warning
        self._worst = 0.0  # in seconds, since the last line
        self._logged_at = -LOG_INTERVAL

    async def run(self) -> None:
        """Measures until cancelled."""
        try:
            while True:
                due = monotonic() + INTERVAL
                await asyncio.sleep(INTERVAL)
                self.note(max(monotonic() - due, 0))
        finally:
            self._log_worst()

    def note(self, lag: float) -> None:
        """Records a lag in seconds. Logs only the worst of each LOG_INTERVAL seconds, to add no load to a slow loop."""
        LOOP_LAG.observe(lag)
        self._worst = max(self._worst, lag)
        if monotonic() - self._logged_at >= LOG_INTERVAL:
            self._log_worst()

    def _log_worst(self) -> None:
        if 0 < self._warning <= self._worst:
            log.warning("the event loop was blocked for %.3f s", self._worst, extra={"lag": round(self._worst, 3)})
            self._worst, self._logged_at = 0.0, monotonic()
