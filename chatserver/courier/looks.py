"""Looks for what to send, of which each begins where the one before had come to.

What moved is found by its time, with an overlap for commits that take long; what an earlier look has already seen in
that overlap is known by its transaction.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from chatserver.database.client import Database

OVERLAP = timedelta(seconds=10)  # two looks overlap by this, so that a slow commit is not missed
DAY = timedelta(days=1)  # the first look goes back so far


class Look(NamedTuple):
    """When a look began, the oldest transaction that had not ended then, and since when PostgreSQL had been running."""

    at: datetime
    horizon: str
    server_started_at: datetime


class New(NamedTuple):
    """What is new to a look: what moved `since` then, by a transaction not older than `horizon` (None: by any)."""

    since: datetime
    horizon: str | None


class Looks:
    """The looks of one process at one kind of work."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._last: Look | None = None
        self._begun: Look | None = None

    async def begin(self) -> New:
        """Returns what is new since the last look that was settled. Raises Unavailable."""
        last = self._last
        (begun,) = await self._db.query("look_begins", Look)
        self._begun = begun
        if last is None:
            return New(begun.at - DAY, None)
        is_same_server = last.server_started_at == begun.server_started_at
        return New(min(last.at, begun.at) - OVERLAP, last.horizon if is_same_server else None)

    def settle(self) -> None:
        """Notes that what was new is dealt with."""
        self._last = self._begun
