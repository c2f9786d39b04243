"""TRACE=1 in development: a line in the log for each step of each message, with the time since its first step here."""

import json
import logging
from time import monotonic

log = logging.getLogger(__name__)

REMEMBERED = 1000  # messages


class Trace:
    """Callers check `on` first, so that tracing costs no call while it is off."""

    __slots__ = ("_begun", "on")

    def __init__(self) -> None:
        self.on = False
        self._begun: dict[str, float] = {}

    def step(self, client_id: str, step: str) -> None:
        """Logs a step of the message."""
        now = monotonic()
        if len(self._begun) >= REMEMBERED and client_id not in self._begun:
            self._begun.clear()
        begun = self._begun.setdefault(client_id, now)
        log.info("message %.8s: %7.3f ms, %s", client_id, (now - begun) * 1e3, step)

    def event(self, frame: str, step: str) -> None:
        """Logs a step of the message in a `message` frame."""
        self.step(json.loads(frame)["id"], step)


trace = Trace()
