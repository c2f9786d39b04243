"""Errors of the embedded servers, and the reasons found in their programs' output."""

import re
from signal import Signals

from chatserver.errors import CommandError

REASON = re.compile(
    r"\b(?:PANIC|FATAL|ERROR|could not|cannot|can't|failed|unrecognized|terminated by signal)\b", re.IGNORECASE
)
# Lines that our readiness checks, and a normal end, leave in PostgreSQL's log.
NO_REASON = re.compile(r"the database system is|terminating connection|could not send data to client")
STAMP = re.compile(r"\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] |\d+:\w [\w :.]+ [#*] ")  # PostgreSQL's, Valkey's


class EmbeddedError(CommandError):
    """The embedded servers cannot run; one sentence for the terminal."""


def reason_in(output: str) -> str:
    """Returns the line with the reason of a failure: the first error. The last line often reports only the clean-up."""
    lines = [line for line in output.splitlines() if line.strip() and not NO_REASON.search(line)]
    found = next(filter(REASON.search, lines), lines[-1] if lines else "it gave no reason")
    return STAMP.sub("", found, count=1).strip()


def why_ended(status: int, output: str) -> str:
    """Returns why a program ended with this status, which is negative if a signal ended it."""
    return f"{Signals(-status).name} ended it" if status < 0 else reason_in(output)
