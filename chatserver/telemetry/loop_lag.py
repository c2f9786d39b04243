"""How late the event loop is: whatever holds it up holds up everybody's messages."""

import asyncio
import logging
from time import monotonic

from chatserver.telemetry.metrics import LOOP_LAG

log = logging.getLogger(__name__)

EVERY = 0.1  # seconds
QUIET = 5.0  # seconds from one line to the next


class LoopLag:
    """Wakes ten times a second and looks how late it is. `warning` in seconds (0 = nothing is logged)."""

    def __init__(self, warning: float) -> None:
        self._warning = warning
        self._worst = 0.0  # since the last line
        self._told_at = -QUIET

    async def run(self) -> None:
        """Measures until cancelled."""
        try:
            while True:
                due = monotonic() + EVERY
                await asyncio.sleep(EVERY)
                self.note(max(monotonic() - due, 0))
        finally:
            self._tell()

    def note(self, lag: float) -> None:
        """In one line the worst of the last seconds: a loop that cannot keep up shall not log as well."""
        LOOP_LAG.observe(lag)
        self._worst = max(self._worst, lag)
        if monotonic() - self._told_at >= QUIET:
            self._tell()

    def _tell(self) -> None:
        if 0 < self._warning <= self._worst:
            log.warning("the event loop stood still for %.3f s", self._worst, extra={"lag": round(self._worst, 3)})
            self._worst, self._told_at = 0.0, monotonic()
