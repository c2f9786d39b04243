"""Recovers messages whose event was lost: the publish failed, or the process died after its commit."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg2

from chatserver.bus.events import MessageStored
from chatserver.config.settings import Config
from chatserver.conversations.messages import MessageRow, message_event, messages_of
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.telemetry.metrics import CATCH_UPS

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=10)  # two polls overlap by this, so that a slow commit is not missed
SLACK = timedelta(seconds=1)  # from a message's time to its commit
DOWN_INTERVAL = 1.0  # seconds between polls while Redis is unavailable
MAX_MESSAGES = 200  # of one thread in one poll; an open chat finds the rest by the gap

Key = tuple[int, int]  # (user, thread)


class RecentThread(NamedTuple):
    """A thread that changed, as one of its participants; `first_seq` is the first new message, if any is left."""

    user_id: int
    thread_id: int
    last_seq: int
    from_seq: int
    first_seq: int | None


class GapRepair:
    """Finds recently changed threads of this process's users and delivers any message whose event never arrived.

    One cheap query runs every `repair_interval` seconds. An open chat ignores a message that it already has; a list of
    conversations may get one twice.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        users: Callable[[], list[int]],
        deliver: Callable[[int, MessageStored], None],
    ) -> None:
        self._db = db
        self._config = config
        self._interval = config.repair_interval
        self._users = users
        self._deliver = deliver
        self._polled_at: datetime | None = None
        self._since: dict[int, datetime] = {}  # user: no message before this time can have been missed
        self._complete_to: dict[Key, int] = {}  # complete up to this number at the last poll
        self._seen: defaultdict[Key, set[int]] = defaultdict(set)  # numbers that arrived since
        self._wake = asyncio.Event()
        self._redis_down = False

    def note(self, user_id: int, event: MessageStored) -> None:
        """Notes a message whose event arrived."""
        self._seen[user_id, event.thread].add(event.seq)

    def redis_changed(self, live: bool) -> None:
        """Polls at once, and every `DOWN_INTERVAL` seconds while Redis is unavailable."""
        self._redis_down = not live
        self._wake.set()

    async def run(self) -> None:
        """Polls until cancelled."""
        while self._interval:
            try:
                await self.poll()
            except Unavailable as error:
                log.warning("could not poll for lost events: %s", error)
            except psycopg2.Error:
                log.exception("polling for lost events failed")
            self._wake.clear()
            try:
                async with asyncio.timeout(min(self._interval, DOWN_INTERVAL) if self._redis_down else self._interval):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def poll(self) -> None:
        """Runs the query once and delivers what is missing. Raises Unavailable."""
        (now,) = await self._db.query("database_time", datetime)
        polled_at = self._polled_at or now
        if now < polled_at:  # the clock was set back: later messages carry times before the last poll
            polled_at = now
            self._since = dict.fromkeys(self._users(), now - OVERLAP)
        # A user who connected after the last poll has missed nothing before it.
        self._since = {
            user: max(self._since.get(user, polled_at - SLACK), polled_at - OVERLAP) for user in self._users()
        }
        if self._since:
            await self._recover(self._since)
        self._polled_at = now

    async def _recover(self, since: dict[int, datetime]) -> None:
        before, self._seen = self._seen, defaultdict(set)  # a message stored during the query may not be in its answer
        recent = await self._db.query("recent_threads", RecentThread, user_ids=list(since), since=list(since.values()))
        missing: dict[Key, set[int]] = {}
        complete_to: dict[Key, int] = {}
        for thread in recent:
            key, last_seq = (thread.user_id, thread.thread_id), thread.last_seq
            start = max(self._complete_to.get(key, (thread.first_seq or last_seq + 1) - 1), thread.from_seq - 1)
            lost = set(range(max(start, last_seq - MAX_MESSAGES) + 1, last_seq + 1)) - before[key] - self._seen[key]
            if lost:
                missing[key] = lost
            complete_to[key] = last_seq
            self._seen[key] |= {seq for seq in before[key] if seq > last_seq}
        self._complete_to = complete_to
        if missing:
            await self._deliver_missing(missing)

    async def _deliver_missing(self, missing: dict[Key, set[int]]) -> None:
        after: dict[int, int] = {}
        for (_, thread_id), lost in missing.items():
            after[thread_id] = min(after.get(thread_id, min(lost)), min(lost) - 1)
        rows = await self._db.query(
            "messages_of_gaps", MessageRow, thread_ids=list(after), after=list(after.values()), number=MAX_MESSAGES
        )
        for (user_id, thread_id), lost in missing.items():
            theirs = [row for row in rows if row.thread_id == thread_id and row.seq in lost]
            for message in await messages_of(self._db, self._config, user_id, theirs):
                CATCH_UPS.labels("repair").inc()
                self._deliver(user_id, message_event(message))
