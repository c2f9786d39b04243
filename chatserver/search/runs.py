"""Which messages become a piece of the index: pure decisions, without I/O."""

from collections.abc import Iterator
from typing import NamedTuple

PIECE = 256  # messages


class Behind(NamedTuple):
    """A thread that is not indexed to the end: how far it is, and how far it goes."""

    thread_id: int
    seq: int
    change: int
    last_seq: int
    last_change: int

    @property
    def messages(self) -> int:
        """The number of messages that are not indexed."""
        return max(self.last_seq - self.seq, 0)


class Run(NamedTuple):
    """Messages of a thread that are indexed together, as one piece if they are not very long."""

    thread_id: int
    first: int
    last: int


class ChangedPiece(NamedTuple):
    """A change, and the messages of the piece that holds the changed one; None if it is not indexed yet."""

    change: int
    first_seq: int | None
    last_seq: int | None


class Step(NamedTuple):
    """What a batch does for a thread: runs to index, and the position afterwards."""

    behind: Behind
    runs: list[Run]
    seq: int
    change: int


def next_runs(behind: Behind, most: int) -> tuple[list[Run], int]:
    """Returns runs for at most `most` new messages, and the last message of them.

    Pieces end at multiples of PIECE. A run that reaches such an end begins after the one before, so that it replaces
    the smaller pieces there; other runs hold the new messages alone. No message is therefore indexed more than twice.
    Where more messages wait, the last run ends a piece. Where only a few messages are indexed at once, since they are
    very long, none is indexed again.
    """
    last = min(behind.last_seq, behind.seq + most)
    if last < behind.last_seq and last // PIECE * PIECE > behind.seq:
        last = last // PIECE * PIECE
    return list(_runs(behind.thread_id, behind.seq + 1, last, merged=most >= PIECE)), max(last, behind.seq)


def _runs(thread_id: int, first: int, last: int, *, merged: bool) -> Iterator[Run]:
    while first <= last:
        start = (first - 1) // PIECE * PIECE + 1
        end = start + PIECE - 1
        yield Run(thread_id, start, end) if merged and end <= last else Run(thread_id, first, min(end, last))
        first = end + 1


def runs_of_changes(behind: Behind, changed: list[ChangedPiece], most: int) -> tuple[list[Run], int]:
    """Returns the pieces to index again, of about `most` messages at most, and the change up to which that suffices.

    `changed`: the first `most` changes after the position.
    """
    runs: dict[Run, None] = {}
    change, messages = behind.change, 0
    for row in changed:
        run = Run(behind.thread_id, row.first_seq or 0, row.last_seq or 0)
        if run.last and run not in runs:
            if runs and messages >= most:
                return list(runs), change
            runs[run] = None
            messages += run.last - run.first + 1
        change = row.change
    return list(runs), change if len(changed) == most else behind.last_change
