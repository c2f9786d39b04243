"""Stores the messages of sockets, forms and the API. Acknowledges after COMMIT, then publishes."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic, time
from typing import Any, NamedTuple

import psycopg2

from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest, outsider
from chatserver.conversations.message_files import MessageFile
from chatserver.conversations.messages import Message, message_event
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.errors import ChatError, Unavailable
from chatserver.telemetry.metrics import BATCH, BATCH_WAIT, COMMIT, STORED
from chatserver.telemetry.trace import trace

log = logging.getLogger(__name__)

PAUSE = 0.002  # seconds for programs' messages that come together; a batch takes about as long


class NewMessage(NamedTuple):
    """A message to store: its text is clean; whether the sender is a participant is checked on storing."""

    request: ThreadRequest  # by the sender
    client_id: str  # a UUID, in lower case
    text: str
    reply: int | None = None  # the number of the message that it answers
    files: tuple[str, ...] = ()  # UUIDs, in lower case; whether they are the sender's is checked on storing
    received: float = 0.0  # Unix time; 0: not measured
    patient: bool = False  # a program's, which may wait a moment for others


class StoredMessage(NamedTuple):
    """A message's number and time, the same for every repeat of its id; `change` is its last one, None for none."""

    seq: int
    sent_at: datetime
    change: int | None = None


class MessageRow(NamedTuple):
    """The outcome of the message at `place` in the batch, from 1.

    If it is refused, `code` says why, and `seq` and `sent_at` are None. `change` and `first_digest` are those of a
    repeat whose message was changed since. `recipients` are in the first row of a thread with stored messages, and in
    that of each repeat, which those who have come since may not see. `files` have the fields of MessageFile.
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
    sender_full_name: str | None
    is_repeat: bool
    files: list[dict[str, Any]] | None
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
            pause=PAUSE,
            patient=lambda message: message.patient,
        )
        self.drain = self._batcher.drain

    @property
    def waiting(self) -> int:
        """The number of messages that wait for PostgreSQL."""
        return self._batcher.waiting

    def submit(self, message: NewMessage) -> "asyncio.Future[StoredMessage]":
        """Queues a message; the future ends with what is committed, or with a ChatError.

        `no_such_thread`: the sender does not participate. `no_such_message`: it answers one that the sender cannot see.
        `no_such_file`: one of its files is not there, not the sender's, or was sent already.
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
        _note_waits(batch)
        start = monotonic()
        rows = await self._rows_of_one(batch[0]) if len(batch) == 1 else []
        rows = rows or await self._rows_of(batch)
        COMMIT.observe(monotonic() - start)
        BATCH.observe(len(batch))
        STORED.inc(len(rows))
        results: list[StoredMessage | Exception | None] = [None] * len(batch)
        recipients: dict[int, Sequence[int]] = {}
        for row in rows:
            message = batch[row.place - 1]
            if row.recipients is not None and not row.is_repeat:
                recipients[row.thread_id] = row.recipients
            results[row.place - 1] = result = self._result(message, row)
            if trace.on and isinstance(result, StoredMessage):
                trace.step(message.client_id, f"stored (COMMIT), number {row.seq}")
            if isinstance(result, StoredMessage) and result.change is None:  # else its change was published
                sender = message.request.user_id, row.sender_name, row.sender_full_name
                files = tuple(MessageFile(**file) for file in row.files or ())
                stored = Message(
                    row.thread_id, row.seq, message.client_id, *sender, row.text, row.sent_at, row.reply_to, files=files
                )
                readers = row.recipients if row.is_repeat else recipients[row.thread_id]
                self._publisher.publish(readers or (), message_event(stored))
        return [result or outsider() for result in results]

    async def _rows_of_one(self, message: NewMessage) -> list[MessageRow]:
        """Stores a plain message by a statement that costs less than that of a batch; none if that one must decide."""
        if message.files or message.reply is not None:
            return []
        return await self._db.execute_idempotent(
            "store_message",
            MessageRow,
            thread_id=message.request.thread_id,
            sender_id=message.request.user_id,
            client_id=message.client_id,
            text=message.text,
        )

    async def _rows_of(self, batch: list[NewMessage]) -> list[MessageRow]:
        return await self._db.execute_idempotent(
            "store_messages",
            MessageRow,
            thread_ids=[message.request.thread_id for message in batch],
            sender_ids=[message.request.user_id for message in batch],
            client_ids=[message.client_id for message in batch],
            texts=[message.text for message in batch],
            replies=[message.reply for message in batch],
            files=["{" + ",".join(message.files) + "}" if message.files else None for message in batch],
            all_files=[file for message in batch for file in message.files],
        )

    def _result(self, message: NewMessage, row: MessageRow) -> StoredMessage | ChatError:
        if row.code is not None:
            return ChatError(row.code)
        if row.thread_id != message.request.thread_id or not self._is_first_text(message, row):
            return ChatError("duplicate_id")
        return StoredMessage(row.seq, row.sent_at, row.change)

    def _is_first_text(self, message: NewMessage, row: MessageRow) -> bool:
        """Whether the message was first sent with this text, of which only a digest is kept after a change."""
        if row.first_digest is None:
            return row.text == message.text
        return self._text_digests.matches(bytes(row.first_digest), message.client_id, message.text)


def _note_waits(batch: list[NewMessage]) -> None:
    now = time()
    for message in batch:
        if message.received:
            BATCH_WAIT.note(now - message.received)
        if trace.on:
            trace.step(message.client_id, f"sent to PostgreSQL in a batch of {len(batch)}")
