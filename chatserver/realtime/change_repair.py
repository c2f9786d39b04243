"""Recovers changes of messages whose event was lost; the gap repair runs it after looking for messages."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from chatserver.bus.events import MessageChanged
from chatserver.config.settings import Config
from chatserver.conversations.states import changed_frame, states_of
from chatserver.database.client import Database
from chatserver.realtime.arrivals import Arrivals, Key, Recent, before_first
from chatserver.telemetry.metrics import CATCH_UPS


class RecentChanges(NamedTuple):
    """A thread in which something changed, as one of its participants; `first_change`: the first new one still left."""

    user_id: int
    thread_id: int
    last_change: int
    first_change: int | None


class StandingChange(NamedTuple):
    """The last change of a message: those before it are superseded, and nobody needs them."""

    thread_id: int
    change: int
    seq: int


class ChangeRepair:
    """Delivers changed messages, as they are now, to the users of this process whom no event has told of them."""

    def __init__(self, db: Database, config: Config, deliver: Callable[[int, MessageChanged], None]) -> None:
        self._db = db
        self._config = config
        self._deliver = deliver
        self._arrivals = Arrivals()

    def note(self, user_id: int, event: MessageChanged) -> None:
        """Notes a change whose event arrived."""
        self._arrivals.note(user_id, event.thread, event.change)

    async def poll(self, since: dict[int, datetime]) -> None:
        """Delivers what is missing; `since`: no change before this time can have been missed. Raises Unavailable."""
        self._arrivals.begin()
        recent = await self._db.query("recent_changes", RecentChanges, user_ids=list(since), since=list(since.values()))
        lost = self._arrivals.lost(Recent(*thread) for thread in recent)
        if lost:
            await self._deliver_lost(lost)
        self._arrivals.end()

    async def _deliver_lost(self, lost: dict[Key, set[int]]) -> None:
        after = before_first(lost)
        standing = await self._db.query(
            "changes_of_gaps", StandingChange, thread_ids=list(after), after=list(after.values())
        )
        asked = [
            (user_id, thread_id, row.seq)
            for (user_id, thread_id), changes in lost.items()
            for row in standing
            if row.thread_id == thread_id and row.change in changes
        ]
        for state in await states_of(self._db, self._config, asked):
            event = MessageChanged(state.thread_id, state.change, state.seq, changed_frame(state, counted=True))
            CATCH_UPS.labels("repair").inc()
            self._deliver(state.reader_id, event)
