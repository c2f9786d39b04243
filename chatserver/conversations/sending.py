"""The one way in for messages from sockets, forms and the API: cleans the text, checks the id and the rate, stores."""

import asyncio
from collections.abc import Callable
from time import time
from typing import NamedTuple

from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.message_files import parse_file_ids
from chatserver.conversations.message_store import MessageStore, NewMessage, StoredMessage
from chatserver.telemetry.trace import trace
from chatserver.validation import clean_text, parse_uuid


class CheckedMessage(NamedTuple):
    """A message that has passed all checks that need no query."""

    client_id: str  # a UUID, in lower case
    text: str
    files: tuple[str, ...] = ()  # UUIDs, in lower case
    received: float = 0.0  # Unix time


class Sending:
    """Sends messages to a thread.

    `check_rate` counts a message of a user and raises ChatError `too_many` over the limit; a text has at most
    `max_chars` code points (0 = no limit).
    """

    def __init__(self, store: MessageStore, check_rate: Callable[[int], None], max_chars: int) -> None:
        self._store = store
        self._check_rate = check_rate
        self._max_chars = max_chars

    def check(
        self, client_id: object, text: object, *, limited_for: int | None, files: object = None
    ) -> CheckedMessage:
        """Returns the message as it would be stored, and counts it for the user `limited_for` (None: not limited).

        With `files`, a list of ids, the text may be empty or None. Raises ChatError: `bad_frame` for the ids,
        `too_many_files`; `bad_text`, `no_text` or `too_long` for the text; `too_many`.
        """
        received = time()
        id_, named = parse_uuid(client_id), parse_file_ids(files)
        if trace.on:
            trace.step(id_, "received")
        text = "" if named and text is None else text
        checked = CheckedMessage(id_, clean_text(text, self._max_chars, may_be_empty=bool(named)), named, received)
        if limited_for is not None:
            self._check_rate(limited_for)
        if trace.on:
            trace.step(id_, "checked, waits for a batch")
        return checked

    def submit(
        self, request: ThreadRequest, checked: CheckedMessage, reply: int | None = None, *, patient: bool = False
    ) -> "asyncio.Future[StoredMessage]":
        """Queues a checked message for the store, perhaps as an answer to the message `reply` of the same thread.

        `patient`: it comes from a program, and may wait a moment for others.

        The future ends as `MessageStore.submit` says. Raises Unavailable.
        """
        return self._store.submit(
            NewMessage(request, checked.client_id, checked.text, reply, checked.files, checked.received, patient)
        )
