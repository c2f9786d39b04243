"""Keeps the search index: follows what is sent and changed, off the path of messages.

A thread's position tells how far it is indexed. What moved is indexed in batches, each in one transaction with the
positions, so that a process that dies loses nothing, and two at once do nothing twice. A thread waits until a piece is
full, or for a while, since small pieces cost as much as full ones; what waits is found without the index. Replaces a
queue or a trigger, which sending would pay for.
"""

import asyncio
import logging
from time import monotonic
from uuid import uuid4

import psycopg2

from chatserver.conversations.moved_threads import MovedThreads
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.search.runs import PIECE, Behind, ChangedPiece, Step, next_runs, runs_of_changes
from chatserver.telemetry.metrics import SEARCH_INDEXED, SEARCH_WAITING

log = logging.getLogger(__name__)

LEASE = 10.0  # seconds for which a process that died keeps others from indexing; renewed after half of them
BATCH, BATCHES = 2048, 5  # messages, and batches until what moved meanwhile gets its turn
LONG = 0.1  # seconds; a batch that takes longer is followed by a smaller one


class SearchFollower:
    """Indexes in the background, one process at a time; rests as long as it worked."""

    def __init__(self, db: Database, interval: float, delay: float = 0) -> None:
        self._db = db
        self._interval = interval
        self._delay = delay
        self._waiting: dict[int, float] = {}  # thread: since when it is behind, by the monotonic clock
        self._holder = str(uuid4())
        self._leased_at = -LEASE
        self._threads = MovedThreads(db)
        self._batch = BATCH

    async def run(self) -> None:
        """Looks every `interval` seconds (0: never) until cancelled."""
        try:
            while self._interval:
                try:
                    while await self.look():
                        pass
                except Unavailable as error:
                    log.warning("could not index messages for the search: %s", error)
                    self._batch = max(self._batch // 8, 1)  # it may have been too much for the time limit
                except psycopg2.Error:
                    log.exception("indexing messages for the search failed")
                await asyncio.sleep(self._interval)
        finally:
            await self._release()

    async def look(self) -> bool:
        """Indexes what moved since the last look, and what the sweep finds. Returns whether to look on at once.

        Raises Unavailable.
        """
        if not await self._is_holder():
            self._threads.forget()
            self._waiting.clear()
            return False
        ripe = monotonic() - self._delay
        waited = {thread_id for thread_id, since in self._waiting.items() if since <= ripe}
        left = await self._follow([*waited.union(await self._threads.moved())], self._delay)
        if not left:
            self._threads.settle()
        return await self._sweep() or left

    async def _is_holder(self) -> bool:
        if monotonic() - self._leased_at < LEASE / 2:
            return True
        now = monotonic()
        held = await self._db.execute_idempotent("claim_indexing", str, holder=self._holder, seconds=LEASE)
        if held:
            self._leased_at = now
        return bool(held)

    async def _sweep(self) -> bool:
        """Indexes what is left of the next threads; returns whether more may be left there, or in later ones."""
        found = [thread_id for thread_id in await self._threads.page() if thread_id not in self._waiting]
        if await self._follow(found, 0):
            return True
        self._threads.turn()
        return not self._threads.swept_all

    async def _follow(self, thread_ids: list[int], delay: float) -> bool:
        """Indexes some batches of these threads, those with the fewest messages first; returns whether more is left."""
        for _ in range(BATCHES):
            rows = await self._db.query("index_backlog", Behind, thread_ids=thread_ids) if thread_ids else []
            SEARCH_WAITING.set(sum(one.messages for one in rows))
            behind = sorted(self._ripe(thread_ids, rows, delay), key=lambda one: one.messages)
            if not behind or not await self._is_holder():
                return False
            await self._index(behind)
            thread_ids = [one.thread_id for one in behind]
        return True

    def _ripe(self, thread_ids: list[int], rows: list[Behind], delay: float) -> list[Behind]:
        """Returns the threads to index now: those with a full piece, and those that have waited long enough."""
        now = monotonic()
        for thread_id in {*thread_ids} - {one.thread_id for one in rows}:
            self._waiting.pop(thread_id, None)
        if not delay:
            return rows
        return [
            one for one in rows if one.messages >= PIECE or now - self._waiting.setdefault(one.thread_id, now) >= delay
        ]

    async def _index(self, behind: list[Behind]) -> None:
        """Indexes a batch of messages of these threads."""
        steps, room = [], self._batch
        for one in behind:
            if room <= 0:
                break
            step = await self._step(one, room)
            steps.append(step)
            room -= sum(run.last - run.first + 1 for run in step.runs)
        began_at = monotonic()
        await self._store(steps)
        seconds = monotonic() - began_at
        self._batch = max(self._batch // 2, 1) if seconds > LONG else min(self._batch * 2, BATCH)
        SEARCH_INDEXED.inc(sum(step.seq - step.behind.seq for step in steps))
        await asyncio.sleep(seconds)

    async def _step(self, behind: Behind, room: int) -> Step:
        """Decides what a batch does for a thread: its new messages, else its changed ones."""
        if behind.messages:
            runs, seq = next_runs(behind, room)
            # Of a thread without pieces no change is missing: its messages are read as they are now.
            return Step(behind, runs, seq, behind.change if behind.seq else behind.last_change)
        changed = await self._db.query(
            "changed_pieces", ChangedPiece, thread_id=behind.thread_id, after=behind.change, number=room
        )
        runs, change = runs_of_changes(behind, changed, room)
        return Step(behind, runs, behind.seq, change)

    async def _store(self, steps: list[Step]) -> None:
        runs = [run for step in steps for run in step.runs]
        moved = await self._db.execute_idempotent(
            "index_messages",
            int,
            holder=self._holder,
            thread_ids=[step.behind.thread_id for step in steps],
            old_seqs=[step.behind.seq for step in steps],
            old_changes=[step.behind.change for step in steps],
            seqs=[step.seq for step in steps],
            changes=[step.change for step in steps],
            run_threads=[run.thread_id for run in runs],
            firsts=[run.first for run in runs],
            lasts=[run.last for run in runs],
        )
        if not moved:  # another process has taken over
            self._leased_at = -LEASE

    async def _release(self) -> None:
        """Lets another process take over at once."""
        self._leased_at = -LEASE
        try:
            await self._db.execute_idempotent("release_indexing", holder=self._holder)
        except (Unavailable, psycopg2.Error) as error:
            log.info("the next process starts indexing in %d s: %s", LEASE, error)
