"""Stores edits, deletions and reactions. Acknowledges after COMMIT, then publishes."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from time import monotonic
from typing import NamedTuple

import psycopg2

from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import outsider
from chatserver.conversations.changes import ChangedMeanwhile, NewChange
from chatserver.conversations.fanout import Unread, publish_change
from chatserver.conversations.states import Sender, State, has_counts_only, listed_people, order_reactions
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.errors import ChatError, Unavailable
from chatserver.telemetry.metrics import BATCH, CHANGED, COMMIT

log = logging.getLogger(__name__)


class ChangeRow(NamedTuple):
    """The outcome of the change at `place` in the batch, from 1: `changed`, `done`, or the code of a refusal.

    `change` is its number, or the message's last one, 0 for none; `text` and `edited_at` are those of now. The last
    three are in a thread's first changed row: its people, the first message that each may see, and the lowered unread
    counts (user, unread, read marker). `reactions`: emoji, number, ids, whether mine.
    """

    place: int
    outcome: str
    change: int
    text: str
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by_name: str | None
    deleted_by_full_name: str | None
    reacted: bool
    reactions: list[tuple[str, int, list[int], bool]] | None
    last_seq: int
    user_ids: list[int] | None
    from_seqs: list[int] | None
    lowered: list[tuple[int, int, int]] | None


class ChangeStore:
    """Stores changes by group commit: at most `batch_messages` in a transaction, `waiting_messages` in the queue."""

    def __init__(self, db: Database, publisher: Publisher, config: Config, text_digests: TextDigests) -> None:
        self._db = db
        self._publisher = publisher
        self._config = config
        self._parameters = {
            **text_digests.parameters,
            "edit_window": config.edit_window,
            "delete_window": config.delete_window,
            "listed_people": listed_people(config),
        }
        self._batcher: Batcher[NewChange, int] = Batcher(
            self._store,
            config.batch_messages,
            config.waiting_messages,
            key=lambda change: (change.request.thread_id, change.seq),
        )
        self.drain = self._batcher.drain

    @property
    def waiting(self) -> int:
        """The number of changes that wait for PostgreSQL."""
        return self._batcher.waiting

    def submit(self, change: NewChange) -> "asyncio.Future[int]":
        """Queues a change; the future ends with its number once it is committed, or with a ChatError.

        If nothing had to change, the number is that of the message's last change, 0 for none. `no_such_thread`: the
        user does not participate. `no_such_message`, `bad_reaction`, `accepts_no_messages`, `too_late`: refused.
        `changed_meanwhile` is a ChangedMeanwhile. `unavailable`: not known to be stored; a repeat of
        the change finds out.
        """
        return self._batcher.submit(change)

    async def _store(self, batch: list[NewChange], *, again: bool = False) -> list[int | Exception]:
        try:
            return await self._store_together(batch)
        except Unavailable as error:
            log.warning("%d changes may not have been stored: %s", len(batch), error)
            return [error] * len(batch)
        except psycopg2.Error:
            if not again:  # isolate a bad change
                return [result for change in batch for result in await self._store([change], again=True)]
            log.exception("a change could not be stored")
            return [Unavailable("the change could not be stored")]

    async def _store_together(self, batch: list[NewChange]) -> list[int | Exception]:
        """Stores a batch in one transaction. Idempotent: a repeat changes nothing."""
        start = monotonic()
        rows = await self._db.execute_idempotent(
            "store_changes",
            ChangeRow,
            thread_ids=[change.request.thread_id for change in batch],
            user_ids=[change.request.user_id for change in batch],
            seqs=[change.seq for change in batch],
            kinds=[change.kind for change in batch],
            texts=[change.text for change in batch],
            bases=[change.base for change in batch],
            emojis=[change.emoji for change in batch],
            listed=[change.listed for change in batch],
            **self._parameters,
        )
        COMMIT.observe(monotonic() - start)
        BATCH.observe(len(batch))
        results: list[int | Exception | None] = [None] * len(batch)
        for row in rows:
            results[row.place - 1] = _answer(batch[row.place - 1], row)
        self._publish(batch, [row for row in rows if row.outcome == "changed"])
        return [outsider() if result is None else result for result in results]

    def _publish(self, batch: list[NewChange], changed: Iterable[ChangeRow]) -> None:
        people: dict[int, dict[int, int]] = {}
        lowered: dict[int, dict[int, Unread]] = {}
        for row in changed:
            change = batch[row.place - 1]
            CHANGED.labels(change.kind).inc()
            thread_id, doer = change.request
            if row.user_ids is not None and row.from_seqs is not None:
                people[thread_id] = dict(zip(row.user_ids, row.from_seqs, strict=True))
                lowered[thread_id] = {id_: Unread(unread, read) for id_, unread, read in row.lowered or ()}
            state = self._state(change, row, len(people[thread_id]))
            publish_change(self._publisher, state, doer, people[thread_id], lowered[thread_id], reacted=row.reacted)

    def _state(self, change: NewChange, row: ChangeRow, people: int) -> State:
        reactions = order_reactions(row.reactions or (), self._config.reactions)
        return State(
            change.request.thread_id,
            change.seq,
            row.change,
            "" if row.deleted_at else row.text,
            row.edited_at,
            row.deleted_at,
            _deleter(change, row),
            reactions,
            has_counts_only(self._config, people, reactions),
            last_seq=row.last_seq,
        )


def _deleter(change: NewChange, row: ChangeRow) -> Sender | None:
    """Returns who deleted a message of somebody else."""
    if row.deleted_by_name is None:
        return None
    return Sender(change.request.user_id, row.deleted_by_name, row.deleted_by_full_name)


def _answer(change: NewChange, row: ChangeRow) -> int | Exception:
    if row.outcome in {"changed", "done"}:
        return row.change
    if row.outcome == "changed_meanwhile":
        return ChangedMeanwhile(change.seq, row.text, row.edited_at, row.change)
    return ChatError(row.outcome)
