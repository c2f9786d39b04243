"""Stores the messages of sockets, forms and the API. Acknowledges after COMMIT, then publishes."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple

import psycopg2

from chatserver.bus.publisher import Publisher
from chatserver.conversations.access import ThreadRequest, outsider
from chatserver.conversations.messages import Message, message_event
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.errors import ChatError, Unavailable
from chatserver.telemetry.metrics import BATCH, COMMIT, STORED

log = logging.getLogger(__name__)


class NewMessage(NamedTuple):
    """A message to store: its text is clean; whether the sender is a participant is checked on storing."""

    request: ThreadRequest  # by the sender
    client_id: str  # a UUID, in lower case
    text: str


class StoredMessage(NamedTuple):
    """A message's number and time, the same for every repeat of its id."""

    seq: int
    sent_at: datetime


class MessageRow(NamedTuple):
    """What became of the message at `place` in the batch, from 1.

    `seq` and `sent_at` are None if the recipient accepts no messages; `recipients` are in the first row of a thread.
    """

    place: int
    thread_id: int
    seq: int | None
    sent_at: datetime
    text: str
    sender_name: str
    recipients: list[int] | None


class MessageStore:
    """Stores messages by group commit: at most `batch_messages` in a transaction, `waiting_messages` in the queue."""

    def __init__(self, db: Database, publisher: Publisher, batch_messages: int, waiting_messages: int) -> None:
        self._db = db
        self._publisher = publisher
        self._batcher: Batcher[NewMessage, StoredMessage] = Batcher(
            self._store,
            batch_messages,
            waiting_messages,
            key=lambda message: (message.request.user_id, message.client_id),
        )
        self.drain = self._batcher.drain

    @property
    def waiting(self) -> int:
        """The number of messages that wait for PostgreSQL."""
        return self._batcher.waiting

    def submit(self, message: NewMessage) -> "asyncio.Future[StoredMessage]":
        """Queues a message; the future ends with what is committed, or with a ChatError.

        `no_such_thread`: the sender does not participate. `accepts_no_messages`: the other user of a one-to-one thread
        has blocked the sender or is deleted. `duplicate_id`: the id belongs to a different message. `unavailable`: not
        known to be stored; sending the same message again finds out.
        """
        return self._batcher.submit(message)

    async def _store(self, batch: list[NewMessage], *, again: bool = False) -> list[StoredMessage | Exception]:
        try:
            return await self._store_together(batch)
        except Unavailable as error:
            log.warning("%d messages may not have been stored: %s", len(batch), error)
            return [error] * len(batch)
        except psycopg2.Error:
            if not again:  # isolate a bad message; the retry also finds what another server just stored
                return [result for message in batch for result in await self._store([message], again=True)]
            log.exception("a message could not be stored")
            return [Unavailable("the message could not be stored")]

    async def _store_together(self, batch: list[NewMessage]) -> list[StoredMessage | Exception]:
        """Stores a batch in one transaction. Idempotent: a repeat finds stored messages by their ids."""
        start = monotonic()
        rows = await self._db.execute_idempotent(
            "store_messages",
            MessageRow,
            thread_ids=[message.request.thread_id for message in batch],
            sender_ids=[message.request.user_id for message in batch],
            client_ids=[message.client_id for message in batch],
            texts=[message.text for message in batch],
        )
        COMMIT.observe(monotonic() - start)
        BATCH.observe(len(batch))
        STORED.inc(len(rows))
        results: list[StoredMessage | Exception | None] = [None] * len(batch)
        recipients: dict[int, Sequence[int]] = {}
        for row in rows:
            place, thread_id = row.place - 1, row.thread_id
            message = batch[place]
            recipients.setdefault(thread_id, row.recipients or ())
            if row.seq is None:
                results[place] = ChatError("accepts_no_messages")
                continue
            if (thread_id, row.text) != (message.request.thread_id, message.text):
                results[place] = ChatError("duplicate_id")
                continue
            results[place] = StoredMessage(row.seq, row.sent_at)
            sender_id = message.request.user_id
            stored = Message(thread_id, row.seq, message.client_id, sender_id, row.sender_name, row.text, row.sent_at)
            self._publisher.publish(recipients[thread_id], message_event(stored))
        return [result or outsider() for result in results]
