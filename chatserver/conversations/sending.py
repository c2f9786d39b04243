"""The one way in for messages from sockets, forms and the API: cleans the text, checks the id and the rate, stores."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.message_store import MessageStore, NewMessage, StoredMessage
from chatserver.validation import clean_text, parse_uuid


class CheckedMessage(NamedTuple):
    """A message that may be sent, as far as anyone can tell without asking PostgreSQL."""

    client_id: str  # a UUID, in lower case
    text: str


class Sending:
    """Sends messages to a thread.

    `check_rate` counts a message of a user and raises ChatError `too_many` over the limit; a text has at most
    `max_chars` code points (0 = no limit).
    """

    def __init__(self, store: MessageStore, check_rate: Callable[[int], None], max_chars: int) -> None:
        self._store = store
        self._check_rate = check_rate
        self._max_chars = max_chars

    def check(self, client_id: object, text: object, *, limited_for: int | None) -> CheckedMessage:
        """Returns the message as it would be stored, and counts it for the user `limited_for` (None: not limited).

        Raises ChatError: `bad_frame` for the id; `bad_text`, `no_text` or `too_long` for the text; `too_many`.
        """
        checked = CheckedMessage(parse_uuid(client_id), clean_text(text, self._max_chars))
        if limited_for is not None:
            self._check_rate(limited_for)
        return checked

    def submit(
        self, request: ThreadRequest, checked: CheckedMessage, reply: int | None = None
    ) -> "asyncio.Future[StoredMessage]":
        """Queues a checked message for the store, perhaps as an answer to the message `reply` of the same thread.

        The future ends as `MessageStore.submit` says. Raises Unavailable.
        """
        return self._store.submit(NewMessage(request, checked.client_id, checked.text, reply))
