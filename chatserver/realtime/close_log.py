"""How a socket ended: a line for its whole life, and its count."""

import logging
from typing import NamedTuple

from chatserver.telemetry.metrics import count_end

log = logging.getLogger("chatserver.access")


class CloseInfo(NamedTuple):
    """The close code, and who gave it: `server`, `browser`; or why it was cut off: `stuck`, `silent`."""

    code: int
    by: str


def note_end(end: CloseInfo, *, user_id: int, address: str, seconds: float, frames_in: int, frames_out: int) -> None:
    count_end(end.code, end.by)
    if log.isEnabledFor(logging.INFO):
        life = {"user": user_id, "address": address, "seconds": round(seconds, 1), **end._asdict()}
        log.info("socket ended", extra=life | {"frames_in": frames_in, "frames_out": frames_out})
