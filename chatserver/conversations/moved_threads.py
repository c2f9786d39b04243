"""Finds the threads in which something was sent or changed, for whoever follows all of them at a position of their own.

Sending pays for no queue and no trigger: a look asks for the threads that moved lately, and a sweep through all threads
finds what no look can know of: what happened before this process began, and commits that took longer than the overlap.
"""

from datetime import datetime, timedelta

from chatserver.database.client import Database

OVERLAP = timedelta(seconds=10)  # two looks overlap by this, so that a slow commit is not missed
SWEEP = 1000  # threads at once


class MovedThreads:
    """What one process has to look at. `swept_all`: the sweep has come to the end since this process began."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._since: datetime | None = None  # what moved before is dealt with, or the sweep finds it
        self._now: datetime | None = None
        self._swept = self._next = 0  # the thread up to which the sweep has come, and comes with this page
        self.swept_all = False

    async def moved(self) -> list[int]:
        """Returns the threads that moved since the last `settle`. Raises Unavailable."""
        (self._now,) = await self._db.query("database_time", datetime)
        self._since = min(self._since, self._now) if self._since else self._now
        return await self._db.query("threads_moved_since", int, since=self._since - OVERLAP)

    def settle(self) -> None:
        """Notes that what `moved` has returned is dealt with."""
        self._since = self._now

    async def page(self) -> list[int]:
        """Returns the next threads of the sweep, which never ends. Raises Unavailable."""
        threads = await self._db.query("threads_by_id", int, after=self._swept, number=SWEEP)
        self._next = threads[-1] if len(threads) == SWEEP else 0
        return threads

    def turn(self) -> None:
        """Notes that what `page` has returned is dealt with."""
        self._swept = self._next
        self.swept_all = self.swept_all or not self._swept

    def forget(self) -> None:
        """Begins anew, as for a process that has just started."""
        self._since, self._swept, self.swept_all = None, 0, False
