"""Stores the messages of sockets, forms and the API. Acknowledges after COMMIT, then publishes."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple

import psycopg2

from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest, outsider
from chatserver.conversations.messages import Message, message_event
from chatserver.conversations.text_digests import TextDigests
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
    reply: int | None = None  # the number of the message that it answers


class StoredMessage(NamedTuple):
    """A message's number and time, the same for every repeat of its id; `change` is its last one, None for none."""

    seq: int
    sent_at: datetime
    change: int | None = None


class MessageRow(NamedTuple):
    """What became of the message at `place` in the batch, from 1.

    If it is refused, `code` says why, and `seq` and `sent_at` are None. `change` and `first_digest` are those of a
    repeat whose message was changed since. `recipients` are in the first row of a thread.
    """

    place: int
    thread_id: int
    seq: int
    sent_at: datetime
    text: str
    change: int | None
    first_digest: bytes | None  # a memoryview: psycopg2's form of bytes
    reply_to: int | None
    code: str | None
    sender_name: str
    recipients: list[int] | None


class MessageStore:
    """Stores messages by group commit: at most `batch_messages` in a transaction, `waiting_messages` in the queue."""

    def __init__(self, db: Database, publisher: Publisher, config: Config, text_digests: TextDigests) -> None:
        self._db = db
        self._publisher = publisher
        self._text_digests = text_digests
        self._batcher: Batcher[NewMessage, StoredMessage] = Batcher(
            self._store,
            config.batch_messages,
            config.waiting_messages,
            key=lambda message: (message.request.user_id, message.client_id),
        )
        self.drain = self._batcher.drain

    @property
    def waiting(self) -> int:
        """The number of messages that wait for PostgreSQL."""
        return self._batcher.waiting

    def submit(self, message: NewMessage) -> "asyncio.Future[StoredMessage]":
        """Queues a message; the future ends with what is committed, or with a ChatError.

        `no_such_thread`: the sender does not participate. `no_such_message`: it answers one that the sender cannot see.
        `accepts_no_messages`: the other user of a one-to-one thread has blocked the sender or is deleted.
        `duplicate_id`: the id belongs to a different message. `unavailable`: not known to be stored; sending the same
        message again finds out.
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
            replies=[message.reply for message in batch],
        )
        COMMIT.observe(monotonic() - start)
        BATCH.observe(len(batch))
        STORED.inc(len(rows))
        results: list[StoredMessage | Exception | None] = [None] * len(batch)
        recipients: dict[int, Sequence[int]] = {}
        for row in rows:
            message = batch[row.place - 1]
            recipients.setdefault(row.thread_id, row.recipients or ())
            results[row.place - 1] = result = self._result(message, row)
            if isinstance(result, StoredMessage) and result.change is None:  # of a changed one its change was the news
                sender = message.request.user_id, row.sender_name
                stored = Message(
                    row.thread_id, row.seq, message.client_id, *sender, row.text, row.sent_at, row.reply_to
                )
                self._publisher.publish(recipients[row.thread_id], message_event(stored))
        return [result or outsider() for result in results]

    def _result(self, message: NewMessage, row: MessageRow) -> StoredMessage | ChatError:
        if row.code is not None:
            return ChatError(row.code)
        if row.thread_id != message.request.thread_id or not self._is_first_text(message, row):
            return ChatError("duplicate_id")
        return StoredMessage(row.seq, row.sent_at, row.change)

    def _is_first_text(self, message: NewMessage, row: MessageRow) -> bool:
        """Whether the message has the text with which it was first sent, of which a change leaves only a digest."""
        if row.first_digest is None:
            return row.text == message.text
        return self._text_digests.matches(bytes(row.first_digest), message.client_id, message.text)
