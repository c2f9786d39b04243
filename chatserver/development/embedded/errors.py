"""What goes wrong with servers of our own, and what their programs say about it."""

import re
from signal import Signals

from chatserver.errors import CommandError

REASON = re.compile(
    r"\b(?:PANIC|FATAL|ERROR|could not|cannot|can't|failed|unrecognized|terminated by signal)\b", re.IGNORECASE
)
# What our asking whether it is ready, and its own end, leave in PostgreSQL's log.
NO_REASON = re.compile(r"the database system is|terminating connection|could not send data to client")
STAMP = re.compile(r"\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] |\d+:\w [\w :.]+ [#*] ")  # of PostgreSQL's lines, of Valkey's


class EmbeddedError(CommandError):
    """Why they cannot run, in one sentence for the terminal."""


def reason_in(output: str) -> str:
    """The line that says why a program failed: its first complaint. The last line often tells of clearing up only."""
    lines = [line for line in output.splitlines() if line.strip() and not NO_REASON.search(line)]
    found = next(filter(REASON.search, lines), lines[-1] if lines else "it gave no reason")
    return STAMP.sub("", found, count=1).strip()


def why_ended(status: int, output: str) -> str:
    """Why a program ended with this status, which is negative when a signal ended it."""
    return f"{Signals(-status).name} ended it" if status < 0 else reason_in(output)
