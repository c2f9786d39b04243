"""Pushes what is still unread after some seconds, and shares the work with other couriers.

One rule decides: unread after PUSH_DELAY. A page that shows a chat marks it as read at once, so neither sockets nor
presence are asked. A look notes what is due; a claim gives it to one courier, and lapses if that one dies. What is sent
is read immediately before: nothing is pushed of what was read, deleted or muted meanwhile.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

import psycopg2

from chatserver.accounts.session_index import SessionIndex
from chatserver.config.settings import Config
from chatserver.courier.home import Home
from chatserver.courier.looks import Looks
from chatserver.courier.push.delivery import Delivery
from chatserver.courier.push.messages import Pushed
from chatserver.courier.push.outcomes import LONGEST_WAIT, REFUSED, Outcome
from chatserver.courier.push.trials import push_trials
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.telemetry.metrics import PUSHES

log = logging.getLogger(__name__)

PAUSE = 15.0  # seconds between two pushes of a thread to a browser
LEASE = 40.0  # seconds; longer than a push takes with its second try
AT_ONCE, BATCHES = 100, 10  # pushes in a batch, and batches at the same time
LAST_PUSHES = 1.0  # seconds for pushes in flight at the end


class ClaimRow(NamedTuple):
    """A push that this courier is to make, and since when it was due."""

    subscription_id: int
    thread_id: int
    due_at: datetime


class PushSender:
    """Pushes to the browsers that subscribed. `plain` takes formatting off a text."""

    def __init__(self, db: Database, session_index: SessionIndex, config: Config, plain: Callable[[str], str]) -> None:
        self._db = db
        self._session_index = session_index
        self._config = config
        self._home = Home(db, config)
        self._plain = plain
        self._looks = Looks(db)
        self._pushing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Pushes until cancelled. What is in flight then has a moment; the rest another courier finds."""
        self._delivery = Delivery(self._config, self._plain)
        try:
            while self._config.vapid_keys:
                try:
                    if await self._home.is_here():
                        await self._look()
                except Unavailable as error:
                    log.warning("pushes wait: %s", error)
                except psycopg2.Error:
                    log.exception("looking for what to push failed")
                await asyncio.sleep(self._config.courier_interval)
        finally:
            await self._end()

    async def _look(self) -> None:
        """Notes what is due, and begins to push it."""
        new = await self._looks.begin()
        await self._db.execute_idempotent(
            "schedule_pushes",
            since=new.since,
            horizon=new.horizon,
            delay=self._config.push_delay,
            pause=PAUSE,
        )
        self._looks.settle()
        await push_trials(self._db, self._delivery)
        while len(self._pushing) < BATCHES:
            claim = str(uuid4())
            claimed = await self._db.execute_idempotent(
                "claim_pushes", ClaimRow, claim=claim, lease=LEASE, number=AT_ONCE
            )
            if not claimed:
                break
            task = asyncio.create_task(self._push(claim, claimed))
            self._pushing.add(task)
            task.add_done_callback(self._pushing.discard)

    async def _push(self, claim: str, claimed: list[ClaimRow]) -> None:
        """Pushes a batch, and notes what became of it."""
        try:
            outcomes = await self._outcomes(claimed)
            await self._note(outcomes)  # first: what failed would be claimed again before it is known to wait
            await self._settle(claim, claimed, outcomes)
        except Unavailable as error:  # the claims lapse
            log.warning("pushes wait: %s", error)
        except Exception:
            log.exception("pushing failed")

    async def _outcomes(self, claimed: list[ClaimRow]) -> dict[tuple[int, int], Outcome]:
        """Sends what is to be pushed at this moment; returns the outcomes by subscription and thread."""
        pushes = await self._db.query(
            "pushes_to_send",
            Pushed,
            subscription_ids=[row.subscription_id for row in claimed],
            thread_ids=[row.thread_id for row in claimed],
        )
        living = await self._session_index.living({pushed.session_key for pushed in pushes})
        made = await asyncio.gather(*[self._attempt(pushed, living) for pushed in pushes])
        return {(pushed.subscription_id, pushed.thread_id): one for pushed, one in zip(pushes, made, strict=True)}

    async def _attempt(self, pushed: Pushed, living: Collection[str]) -> Outcome:
        """Makes one push. One that fails unexpectedly costs no other its outcome, which would be pushed again."""
        try:
            return await self._delivery.push(pushed, living)
        except Exception:
            log.exception("pushing to subscription %d failed", pushed.subscription_id)
            return Outcome(None, REFUSED, LONGEST_WAIT)

    async def _note(self, outcomes: dict[tuple[int, int], Outcome]) -> None:
        """Notes how the services of the browsers have answered."""
        for one in outcomes.values():
            PUSHES.labels(one.failure or "sent").inc()
        last = {subscription_id: one for (subscription_id, _), one in outcomes.items()}
        await self._db.execute_idempotent(
            "note_push_outcomes",
            subscription_ids=list(last),
            failures=[one.failure for one in last.values()],
            waits=[one.wait for one in last.values()],
        )

    async def _settle(self, claim: str, claimed: list[ClaimRow], outcomes: dict[tuple[int, int], Outcome]) -> None:
        """Notes what was pushed, and releases what is to be tried again."""
        made = [outcomes.get((row.subscription_id, row.thread_id), Outcome(None)) for row in claimed]
        await self._db.execute_idempotent(
            "settle_pushes",
            claim=claim,
            pause=PAUSE,
            subscription_ids=[row.subscription_id for row in claimed],
            thread_ids=[row.thread_id for row in claimed],
            due_ats=[row.due_at for row in claimed],
            seqs=[one.seq for one in made],
            again=[one.failure is not None for one in made],
        )

    async def _end(self) -> None:
        if self._pushing:
            await asyncio.wait(self._pushing, timeout=LAST_PUSHES)
        for task in self._pushing:
            task.cancel()
        await self._delivery.close()
