"""Recovers messages and changes whose event was lost: the publish failed, or the process died after its commit."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg2

from chatserver.bus.events import MessageStored
from chatserver.config.settings import Config
from chatserver.conversations.messages import MessageRow, message_event, messages_of
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.realtime.arrivals import MAX_LOST, Arrivals, Key, Recent, before_first
from chatserver.realtime.change_repair import ChangeRepair, News
from chatserver.telemetry.metrics import CATCH_UPS

log = logging.getLogger(__name__)

OVERLAP = timedelta(seconds=10)  # two polls overlap by this, so that a slow commit is not missed
SLACK = timedelta(seconds=1)  # from a message's time to its commit
ON_THE_WAY = 0.1  # seconds: events of what was just stored may still arrive
DOWN_INTERVAL = 1.0  # seconds between polls while Redis is unavailable


async def _pause() -> None:
    await asyncio.sleep(ON_THE_WAY)


class RecentThread(NamedTuple):
    """A thread that changed, as one of its participants; `first_seq` is the first new message, if any is left."""

    user_id: int
    thread_id: int
    last_seq: int
    from_seq: int
    first_seq: int | None


class GapRepair:
    """Finds recent threads of this process's users and delivers any message or change whose event never arrived.

    A few cheap queries run every `repair_interval` seconds. An open chat ignores a message that it already has; a list
    of conversations may get one twice, if its event comes later than `wait` takes.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        users: Callable[[], list[int]],
        deliver: Callable[[int, MessageStored | News], None],
        wait: Callable[[], Awaitable[None]] = _pause,
    ) -> None:
        self._db = db
        self._config = config
        self._interval = config.repair_interval
        self._users = users
        self._deliver = deliver
        self._polled_at: datetime | None = None
        self._since: dict[int, datetime] = {}  # user: nothing before this time can have been missed
        self._arrivals = Arrivals(wait)
        self._changes = ChangeRepair(db, config, deliver, wait)
        self._wake = asyncio.Event()
        self._redis_down = False

    def note(self, user_id: int, event: MessageStored | News) -> None:
        """Notes a message or changes whose event arrived."""
        if isinstance(event, MessageStored):
            self._arrivals.note(user_id, event.thread, event.seq)
        else:
            self._changes.note(user_id, event)

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
        """Polls once, and delivers what is missing. Raises Unavailable."""
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
        self._arrivals.begin()
        times = {time: time.isoformat() for time in set(since.values())}
        # Literals of arrays, made once for all queries: psycopg2 takes 9 ms for 5,000 users.
        users = {
            "user_ids": f"{{{','.join(map(str, since))}}}",
            "since": f"{{{','.join(times[time] for time in since.values())}}}",
        }
        recent = await self._db.query("recent_threads", RecentThread, **users)
        lost = await self._arrivals.lost(
            Recent(thread.user_id, thread.thread_id, thread.last_seq, thread.first_seq, thread.from_seq)
            for thread in recent
        )
        if lost:
            await self._deliver_lost(lost)
        self._arrivals.end()
        await self._changes.poll(users)

    async def _deliver_lost(self, lost: dict[Key, set[int]]) -> None:
        after = before_first(lost)
        rows = await self._db.query(
            "messages_of_gaps", MessageRow, thread_ids=list(after), after=list(after.values()), number=MAX_LOST
        )
        for (user_id, thread_id), numbers in lost.items():
            theirs = [row for row in rows if row.thread_id == thread_id and row.seq in numbers]
            for message in await messages_of(self._db, self._config, user_id, theirs):
                CATCH_UPS.labels("repair").inc()
                self._deliver(user_id, message_event(message))
