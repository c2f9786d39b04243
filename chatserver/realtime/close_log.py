"""Logs one line for each socket that ended, and counts it."""

import logging
from typing import NamedTuple

from chatserver.telemetry.metrics import count_end

log = logging.getLogger("chatserver.access")


class CloseInfo(NamedTuple):
    """The close code, and its origin: `server` or `browser`; for an aborted socket the reason: `stuck` or `silent`."""

    code: int
    by: str


def log_end(end: CloseInfo, *, user_id: int, address: str, seconds: float, frames_in: int, frames_out: int) -> None:
    """Counts the end of a socket and logs it with the socket's duration in seconds and its frames."""
    count_end(end.code, end.by)
    if log.isEnabledFor(logging.INFO):
        life = {"user": user_id, "address": address, "seconds": round(seconds, 1), **end._asdict()}
        log.info("socket ended", extra=life | {"frames_in": frames_in, "frames_out": frames_out})
