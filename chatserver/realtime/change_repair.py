"""Recovers what happened in threads beside messages and whose event was lost; runs after looking for messages."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chatserver.bus.events import ManyMessagesChanged, MessageChanged, NoteAdded, ParticipantRemoved
from chatserver.config.settings import Config
from chatserver.conversations.notes import note_frame, notes_numbered
from chatserver.conversations.states import changed_frame, states_of
from chatserver.database.client import Database
from chatserver.realtime.arrivals import MAX_LOST, Arrivals, Key, Recent, before_first
from chatserver.telemetry.metrics import CATCH_UPS

News = MessageChanged | ManyMessagesChanged | NoteAdded | ParticipantRemoved


class RecentChanges(NamedTuple):
    """A thread in which something changed, as one of its participants; `first_change`: the first new one."""

    user_id: int
    thread_id: int
    last_change: int
    first_change: int | None
    from_change: int


class StandingChange(NamedTuple):
    """The last change of a message, those before it being superseded and not needed; or a note, without `seq`."""

    thread_id: int
    change: int
    seq: int | None


class Departure(NamedTuple):
    """A user who is out of a group, by the note with this number."""

    user_id: int
    thread_id: int
    change: int


class ChangeRepair:
    """Delivers changed messages as they are now, notes and departures to users here who did not get their events."""

    def __init__(
        self, db: Database, config: Config, deliver: Callable[[int, News], None], wait: Callable[[], Awaitable[None]]
    ) -> None:
        self._db = db
        self._config = config
        self._deliver = deliver
        self._wait = wait
        self._arrivals = Arrivals(wait)
        self._departed: set[Departure] = set()  # whose event arrived since the last poll
        self._told: set[Departure] = set()  # and before

    def note(self, user_id: int, event: News) -> None:
        """Notes a change whose event arrived, or many: of those the last ones, which alone are looked for."""
        if isinstance(event, ParticipantRemoved):
            self._departed.add(Departure(user_id, *event))
            return
        last = event.change
        first = max(event.first, last - MAX_LOST) if isinstance(event, ManyMessagesChanged) else last
        for change in range(first, last + 1):
            self._arrivals.note(user_id, event.thread, change)

    async def poll(self, users: dict[str, str]) -> None:
        """Delivers what is missing to users who cannot have missed a change from before a time each.

        `users`: the parameters of the queries, `user_ids` and `since`. Raises Unavailable.
        """
        self._arrivals.begin()
        recent = await self._db.query("recent_changes", RecentChanges, **users)
        lost = await self._arrivals.lost(Recent(*thread) for thread in recent)
        if lost:
            await self._deliver_lost(lost)
        self._arrivals.end()
        await self._recover_departures(users)

    async def _recover_departures(self, users: dict[str, str]) -> None:
        arrived, self._departed = self._departed, set()
        recent = set(await self._db.query("recent_departures", Departure, **users))
        lost = recent - self._told - arrived
        if lost - self._departed:
            await self._wait()
        for departure in lost - self._departed:
            self._recover(departure.user_id, ParticipantRemoved(departure.thread_id, departure.change))
        self._told = recent

    async def _deliver_lost(self, lost: dict[Key, set[int]]) -> None:
        after = before_first(lost)
        standing = await self._db.query(
            "changes_of_gaps", StandingChange, thread_ids=list(after), after=list(after.values())
        )
        missing = [
            (user_id, row)
            for (user_id, thread_id), changes in lost.items()
            for row in standing
            if row.thread_id == thread_id and row.change in changes
        ]
        changed = [(user_id, row.thread_id, row.seq) for user_id, row in missing if row.seq is not None]
        for state in await states_of(self._db, self._config, changed) if changed else []:
            frame = changed_frame(state, counted=True)
            self._recover(state.reader_id, MessageChanged(state.thread_id, state.change, state.seq, frame))
        noted = [(user_id, row.thread_id, row.change) for user_id, row in missing if row.seq is None]
        for user_id, note in await notes_numbered(self._db, self._config, noted):
            self._recover(user_id, NoteAdded(note.thread_id, note.change, note.after_seq, note_frame(note)))

    def _recover(self, user_id: int, event: News) -> None:
        CATCH_UPS.labels("repair").inc()
        self._deliver(user_id, event)
