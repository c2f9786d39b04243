"""Making good what news did not bring: a publish lost on the way, or a process that died after its commit."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

import psycopg2

from chatserver.bus.events import MessageStored
from chatserver.conversations.messages import message_event, message_of
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.telemetry.metrics import CATCH_UPS

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=10)  # what one look sees again of the last, so that a slow commit is not overlooked
SLACK = timedelta(seconds=1)  # from a message's time to its commit
AWAY_INTERVAL = 1.0  # seconds between looks while Redis is away
MAX_MESSAGES = 200  # of one thread in one look; an open chat finds the rest by the gap

Key = tuple[int, int]  # (user, thread)


class GapRepair:
    """Every `interval` seconds one cheap query finds the threads of this process's people that changed lately, and what
    of them came to nobody is delivered. An open chat ignores what it has; a list may see a message twice.
    """

    def __init__(
        self,
        db: Database,
        interval: float,
        users: Callable[[], list[int]],
        deliver: Callable[[int, MessageStored], None],
    ) -> None:
        self._db = db
        self._interval = interval
        self._users = users
        self._deliver = deliver
        self._looked_at: datetime | None = None
        self._since: dict[int, datetime] = {}  # user: nothing before this can have been missed
        self._upto: dict[Key, int] = {}  # what was complete at the last look
        self._seen: defaultdict[Key, set[int]] = defaultdict(set)  # what came since
        self._wake = asyncio.Event()
        self._away = False

    def note(self, user_id: int, event: MessageStored) -> None:
        """Notes a message that came by news."""
        self._seen[user_id, event.thread].add(event.seq)

    def redis_changed(self, live: bool) -> None:
        """Looks at once, and every second while there are no news."""
        self._away = not live
        self._wake.set()

    async def run(self) -> None:
        """Looks until cancelled."""
        while self._interval:
            try:
                await self.poll()
            except Unavailable as error:
                log.warning("no look for lost news: %s", error)
            except psycopg2.Error:
                log.exception("the look for lost news failed")
            self._wake.clear()
            try:
                async with asyncio.timeout(min(self._interval, AWAY_INTERVAL) if self._away else self._interval):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def poll(self) -> None:
        rows = await self._db.fetch("database_time")
        now: datetime = rows[0][0]
        looked_at = self._looked_at or now
        if now < looked_at:  # the clock was set back: what came meanwhile carries times from before the last look
            looked_at = now
            self._since = dict.fromkeys(self._users(), now - OVERLAP)
        # Who came after the last look has missed nothing before it.
        self._since = {
            user: max(self._since.get(user, looked_at - SLACK), looked_at - OVERLAP) for user in self._users()
        }
        if self._since:
            await self._make_good(self._since)
        self._looked_at = now

    async def _make_good(self, since: dict[int, datetime]) -> None:
        before, self._seen = self._seen, defaultdict(set)  # what comes during the query may not be in its answer
        recent = await self._db.fetch("recent_threads", user_ids=list(since), since=list(since.values()))
        missing: dict[Key, set[int]] = {}
        upto: dict[Key, int] = {}
        for user_id, thread_id, last_seq, first_seq in recent:
            key = (user_id, thread_id)
            start = self._upto.get(key, (first_seq or last_seq + 1) - 1)
            lost = set(range(max(start, last_seq - MAX_MESSAGES) + 1, last_seq + 1)) - before[key] - self._seen[key]
            if lost:
                missing[key] = lost
            upto[key] = last_seq
            self._seen[key] |= {seq for seq in before[key] if seq > last_seq}
        self._upto = upto
        if missing:
            await self._deliver_missing(missing)

    async def _deliver_missing(self, missing: dict[Key, set[int]]) -> None:
        after: dict[int, int] = {}
        for (_, thread_id), lost in missing.items():
            after[thread_id] = min(after.get(thread_id, min(lost)), min(lost) - 1)
        rows = await self._db.fetch(
            "messages_of_gaps", thread_ids=list(after), after=list(after.values()), number=MAX_MESSAGES
        )
        events = {row[:2]: message_event(message_of(row)) for row in rows}
        for (user_id, thread_id), lost in missing.items():
            for seq in sorted(lost):
                if event := events.get((thread_id, seq)):
                    CATCH_UPS.labels("repair").inc()
                    self._deliver(user_id, event)
