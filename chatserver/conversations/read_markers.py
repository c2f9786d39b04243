"""Read markers: how far each participant has read; stored in batches, then published."""

import asyncio
import logging
from collections.abc import Sequence
from typing import NamedTuple

import psycopg2

from chatserver.bus.events import ReadMarkMoved
from chatserver.bus.publisher import Publisher
from chatserver.conversations.access import ThreadRequest, outsider
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.frames import encode

log = logging.getLogger(__name__)

MAX_BATCH = 200
MAX_WAITING = 5000


class ReadMarker(NamedTuple):
    """The number `seq` up to which a user has read a thread."""

    request: ThreadRequest
    seq: int


class ReadPlace(NamedTuple):
    """How far a user has read a thread now, and how many messages are left."""

    read_seq: int
    unread: int


class MarkerRow(NamedTuple):
    """The outcome of the marker at `place` in the batch, from 1.

    `unread` counts as of the thread's `last_seq` and `last_change`. `people` may see the marker, including its owner;
    None if it has not moved.
    """

    place: int
    read_seq: int
    unread: int
    last_seq: int
    last_change: int
    people: list[int] | None


class ReadMarkers:
    """Moves read markers.

    In threads of more than `announce_people` users, only the reader's own sockets get the event (0 = no limit).
    """

    def __init__(self, db: Database, publisher: Publisher, announce_people: int) -> None:
        self._db = db
        self._publisher = publisher
        self._announce_people = announce_people
        self._batcher: Batcher[ReadMarker, ReadPlace] = Batcher(
            self._move, MAX_BATCH, MAX_WAITING, key=lambda mark: mark.request
        )
        self.drain = self._batcher.drain

    def submit(self, mark: ReadMarker) -> "asyncio.Future[ReadPlace]":
        """Queues a move forward; the future ends with where the marker is then, or ChatError `no_such_thread`."""
        return self._batcher.submit(mark)

    async def _move(self, batch: list[ReadMarker]) -> list[ReadPlace | Exception]:
        try:
            rows = await self._db.execute_idempotent(
                "mark_read",
                MarkerRow,
                thread_ids=[mark.request.thread_id for mark in batch],
                user_ids=[mark.request.user_id for mark in batch],
                seqs=[mark.seq for mark in batch],
            )
        except Unavailable as error:
            return [error] * len(batch)
        except psycopg2.Error:
            log.exception("read marks could not be stored")
            return [Unavailable("read marks could not be stored")] * len(batch)
        results: list[ReadPlace | Exception] = [outsider() for _ in batch]
        for row in rows:
            results[row.place - 1] = ReadPlace(row.read_seq, row.unread)
            if row.people is not None:
                self._publish(batch[row.place - 1].request, row, row.people)
        return results

    def _publish(self, request: ThreadRequest, row: MarkerRow, people: Sequence[int]) -> None:
        thread_id, user_id = request
        frame = {"type": "read", "thread": thread_id, "user": user_id, "seq": row.read_seq}
        counts = {"unread": row.unread, "last": row.last_seq, "change": row.last_change}
        self._publisher.publish([user_id], ReadMarkMoved(thread_id, encode(frame | counts)))
        if not self._announce_people or len(people) <= self._announce_people:
            others = [other for other in people if other != user_id]
            self._publisher.publish(others, ReadMarkMoved(thread_id, encode(frame)))
