"""Storing messages: the one way in for sockets, forms and the API. Acknowledged after COMMIT, then published."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple

import psycopg2

from chatserver.bus.publisher import Publisher
from chatserver.conversations.messages import Message, message_event
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.errors import ChatError, Unavailable
from chatserver.telemetry.metrics import BATCH, COMMIT, STORED

log = logging.getLogger(__name__)


class NewMessage(NamedTuple):
    thread_id: int
    sender_id: int
    client_id: str  # a UUID, in lower case
    text: str


class StoredMessage(NamedTuple):
    """Where a message stands, now or since it was first sent."""

    seq: int
    sent_at: datetime


class MessageStore:
    def __init__(self, db: Database, publisher: Publisher, batch_messages: int, waiting_messages: int) -> None:
        self._db = db
        self._publisher = publisher
        self._batcher: Batcher[NewMessage, StoredMessage] = Batcher(
            self._store,
            batch_messages,
            waiting_messages,
            key=lambda message: (message.sender_id, message.client_id),
        )
        self.drain = self._batcher.drain

    @property
    def waiting(self) -> int:
        return self._batcher.waiting

    def submit(self, message: NewMessage) -> "asyncio.Future[StoredMessage]":
        """The future ends with what is committed, or ChatError `no_such_thread` (the sender takes no part in it),
        `accepts_no_messages` (the other one of the two has blocked the sender, or is gone), `duplicate_id` or
        `unavailable` (not known to be stored: the same message again finds out).
        """
        return self._batcher.submit(message)

    async def _store(self, batch: list[NewMessage], *, again: bool = False) -> list[StoredMessage | Exception]:
        try:
            return await self._store_together(batch)
        except Unavailable as error:
            log.warning("%d messages were not stored for all we know: %s", len(batch), error)
            return [error] * len(batch)
        except psycopg2.Error:
            if not again:  # one bad message harms no other; what another server just stored is known the second time
                return [result for message in batch for result in await self._store([message], again=True)]
            log.exception("a message could not be stored")
            return [Unavailable("the message could not be stored")]

    async def _store_together(self, batch: list[NewMessage]) -> list[StoredMessage | Exception]:
        """Safe to run again when the outcome is not known: what was stored is found by its id."""
        start = monotonic()
        rows = await self._db.fetch(
            "store_messages",
            thread_ids=[message.thread_id for message in batch],
            sender_ids=[message.sender_id for message in batch],
            client_ids=[message.client_id for message in batch],
            texts=[message.text for message in batch],
        )
        COMMIT.observe(monotonic() - start)
        BATCH.observe(len(batch))
        STORED.inc(len(rows))
        results: list[StoredMessage | Exception | None] = [None] * len(batch)
        recipients: dict[int, Sequence[int]] = {}
        for place, thread_id, seq, sent_at, text, sender_name, first_row_recipients in rows:
            message = batch[place - 1]
            recipients.setdefault(thread_id, first_row_recipients or ())
            if seq is None:
                results[place - 1] = ChatError("accepts_no_messages", "recipient_name")
                continue
            if (thread_id, text) != (message.thread_id, message.text):
                results[place - 1] = ChatError("duplicate_id")
                continue
            results[place - 1] = StoredMessage(seq, sent_at)
            stored = Message(thread_id, seq, message.client_id, message.sender_id, sender_name, text, sent_at)
            self._publisher.publish(recipients[thread_id], message_event(stored))
        return [result or ChatError("no_such_thread") for result in results]
