"""Threads: their participants, and the view that each participant has of a thread."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chatserver.accounts.blocks import accepts_messages
from chatserver.database.client import Database
from chatserver.errors import ChatError

CONVERSATIONS = 50  # rows of a list, unless all are requested


class Conversation(NamedTuple):
    """A row of a user's list.

    `total`, `sent`, `received` and `unread` count messages. The preview is the beginning of the last message, from
    `sender`: None without messages, '' for an erased one. The title and the name of a deleted account are ''.
    """

    id: int
    title: str
    total: int
    sent: int
    unread: int
    last_message_at: datetime
    preview_text: str | None
    sender_id: int | None
    sender_name: str | None

    @property
    def received(self) -> int:
        """The number of messages from others."""
        return self.total - self.sent


class ConversationList(NamedTuple):
    """The rows shown, whether there are more, and the unread messages of all threads, shown or not."""

    conversations: list[Conversation]
    more_conversations: bool
    unread_total: int


class Person(NamedTuple):
    """A participant as another one sees them.

    `name` is '' for a deleted account; `read` is their read marker, 0 if they hide it; `blocked` means blocked by the
    viewer.
    """

    id: int
    name: str
    read: int
    shows_online: bool
    blocked: bool
    deleted: bool

    def as_frame(self) -> dict[str, object]:
        """Returns the participant as frames describe them."""
        return {"id": self.id, "name": self.name, "read": self.read}


class Thread(NamedTuple):
    """A thread as one of its participants sees it.

    `read_seq` is their read marker; `pair` tells whether the thread is one-to-one.
    """

    id: int
    pair: bool
    title: str
    total: int
    sent: int
    read_seq: int
    unread: int
    people: list[Person]

    @property
    def received(self) -> int:
        """The number of messages from others."""
        return self.total - self.sent


async def conversations(
    db: Database, user_id: int, limit: int | None = CONVERSATIONS, open_id: int | None = None
) -> ConversationList:
    """Returns a user's threads, newest first, at most `limit` (None = all), always including `open_id`."""
    rows = await db.query("conversations", user_id=user_id, number=limit, open_id=open_id)
    shown = [
        Conversation(id_, title_of(names, others), total, sent, unread, at, text, sender_id, sender_name)
        for _, _, id_, total, sent, unread, at, names, others, text, sender_id, sender_name in rows
    ]
    threads, unread_total = rows[0][:2] if rows else (0, 0)
    return ConversationList(shown, threads > len(shown), unread_total)


class ThreadRequest(NamedTuple):
    """A thread, and the user who asks for it."""

    thread_id: int
    user_id: int


async def find_thread(db: Database, thread_id: int | None, user_id: int) -> Thread:
    """Returns the thread as the user sees it.

    Raises ChatError `no_such_thread` alike for a thread of others and for one that does not exist.
    """
    (found,) = await find_threads(db, [ThreadRequest(thread_id or 0, user_id)])
    if isinstance(found, ChatError):
        raise found
    return found


async def find_threads(db: Database, asked: Sequence[ThreadRequest]) -> list[Thread | ChatError]:
    """Finds many threads in one query: each as its user sees it, or ChatError `no_such_thread`."""
    rows = await db.query(
        "threads_for", thread_ids=[ask.thread_id for ask in asked], user_ids=[ask.user_id for ask in asked]
    )
    found: list[Thread | ChatError] = [ChatError("no_such_thread") for _ in asked]
    for place, id_, total, sent, read_seq, unread, pair, rows_of_people in rows:
        people = [Person(**row) for row in rows_of_people]
        others = [person.name for person in people if person.id != asked[place - 1].user_id]
        title = title_of(others[:4], len(others))
        found[place - 1] = Thread(id_, pair, title, total, sent, read_seq, unread, people)
    return found


def title_of(names: Sequence[str], others: int) -> str:
    """Returns the title of a thread: the others' names, or the first few and the number of the rest.

    The title is '' if the other account of a one-to-one thread is deleted; a group loses its deleted accounts.
    """
    more = others - len(names)
    return ", ".join(names) + (f" +{more}" if more else "") if others else "…"


async def pair_thread(db: Database, user_id: int, other_id: int, first_id: str | None = None) -> int:
    """Finds or creates the one-to-one thread of two users; does not create one for a message id already used.

    Raises ChatError `to_oneself`, `duplicate_id`, or `accepts_no_messages` if the other user has blocked this one or
    deleted the account.
    """
    if user_id == other_id:
        raise ChatError("to_oneself")
    found = (
        await db.query("find_pair", a=user_id, b=other_id)
        or await db.execute_idempotent("make_pair", a=user_id, b=other_id, first_id=first_id)
        or await db.query("find_pair", a=user_id, b=other_id)  # a repeat of the request may have made it meanwhile
    )
    if found:
        return int(found[0][0])
    if not await accepts_messages(db, other_id, user_id):
        raise ChatError("accepts_no_messages")
    raise ChatError("duplicate_id")
