"""Threads: their participants, and the view that each participant has of a thread."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chatserver.accounts.blocks import accepts_messages
from chatserver.conversations.access import Membership, ThreadRequest, outsider
from chatserver.database.client import Database
from chatserver.errors import ChatError

CONVERSATIONS = 50  # rows of a list, unless all are requested


class Conversation(NamedTuple):
    """A row of a user's list.

    `total`, `sent`, `received` and `unread` count messages. The preview is the beginning of the last message, from
    `sender`: None without one that the user may see, '' if it `is_deleted`; `preview_change` is its last change, and
    `last_change` the thread's, 0 for none. The title and the name of a deleted account are ''.
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
    read_seq: int
    last_change: int
    preview_change: int
    is_deleted: bool

    @property
    def received(self) -> int:
        """The number of messages from others."""
        return self.total - self.sent


class ConversationRow(NamedTuple):
    """A row of the query, with the number of all threads and of all unread messages, listed or not.

    `names` are the first four of the `others`, the number of the other participants.
    """

    threads: int
    unread_total: int
    id: int
    last_seq: int
    sent: int
    unread: int
    last_message_at: datetime
    names: list[str]
    others: int
    preview: str | None
    sender_id: int | None
    sender_name: str | None
    read_seq: int
    last_change: int
    preview_change: int
    is_deleted: bool


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
    """A thread as one of its participants sees it; `pair` tells whether it is one-to-one."""

    membership: Membership
    pair: bool
    title: str
    sent: int
    people: list[Person]

    @property
    def id(self) -> int:
        """The thread's id."""
        return self.membership.thread_id

    @property
    def total(self) -> int:
        """The number of messages, which is the last one's number."""
        return self.membership.last_seq

    @property
    def read_seq(self) -> int:
        """The participant's read marker."""
        return self.membership.read_seq

    @property
    def unread(self) -> int:
        """The number of unread messages."""
        return self.membership.unread

    @property
    def from_seq(self) -> int:
        """The number of the first message that the participant may see."""
        return self.membership.from_seq

    @property
    def last_change(self) -> int:
        """The number of the last change, read together with `total`; 0 if there was none."""
        return self.membership.last_change

    @property
    def received(self) -> int:
        """The number of messages from others."""
        return self.total - self.sent


async def conversations(
    db: Database, user_id: int, limit: int | None = CONVERSATIONS, open_id: int | None = None
) -> ConversationList:
    """Returns a user's threads, newest first, at most `limit` (None = all), always including `open_id`."""
    rows = await db.query("conversations", ConversationRow, user_id=user_id, number=limit, open_id=open_id)
    shown = [
        Conversation(
            row.id,
            title_of(row.names, row.others),
            row.last_seq,
            row.sent,
            row.unread,
            row.last_message_at,
            row.preview,
            row.sender_id,
            row.sender_name,
            row.read_seq,
            row.last_change,
            row.preview_change,
            row.is_deleted,
        )
        for row in rows
    ]
    if not rows:
        return ConversationList(shown, more_conversations=False, unread_total=0)
    return ConversationList(shown, rows[0].threads > len(shown), rows[0].unread_total)


class ThreadRow(NamedTuple):
    """A thread as the user of the request at `place`, from 1, sees it; `people` have the fields of Person."""

    place: int
    id: int
    last_seq: int
    sent: int
    read_seq: int
    unread: int
    from_seq: int
    last_change: int
    pair: bool
    people: list[dict[str, Any]]


async def find_thread(db: Database, request: ThreadRequest) -> Thread:
    """Returns the thread as the user sees it, with their membership. Raises ChatError `no_such_thread`."""
    (found,) = await find_threads(db, [request])
    if isinstance(found, ChatError):
        raise found
    return found


async def find_threads(db: Database, requests: Sequence[ThreadRequest]) -> list[Thread | ChatError]:
    """Finds many threads in one query: each as its user sees it, or `no_such_thread`."""
    rows = await db.query(
        "threads_for",
        ThreadRow,
        thread_ids=[request.thread_id for request in requests],
        user_ids=[request.user_id for request in requests],
    )
    found: list[Thread | ChatError] = [outsider() for _ in requests]
    for row in rows:
        people = [Person(**person) for person in row.people]
        user_id = requests[row.place - 1].user_id
        others = [person.name for person in people if person.id != user_id]
        membership = Membership(row.id, user_id, row.read_seq, row.last_seq, row.unread, row.from_seq, row.last_change)
        found[row.place - 1] = Thread(membership, row.pair, title_of(others[:4], len(others)), row.sent, people)
    return found


def title_of(names: Sequence[str], others: int) -> str:
    """Returns the title of a thread: the others' names, or the first few and the number of the rest.

    The title is '' if the other account of a one-to-one thread is deleted; a group loses its deleted accounts.
    """
    more = others - len(names)
    return ", ".join(names) + (f" +{more}" if more else "") if others else "…"


async def people_to_tell(db: Database, request: ThreadRequest) -> list[int]:
    """Returns the ids of the participants, the user among them, but for those who have blocked the user.

    Raises ChatError `no_such_thread`.
    """
    rows = await db.query("participants_of", int, thread_id=request.thread_id, user_id=request.user_id)
    if not rows:
        raise outsider()
    return rows


async def pair_thread(db: Database, user_id: int, other_id: int, first_id: str | None = None) -> int:
    """Finds or creates the one-to-one thread of two users; does not create one for a message id already used.

    Raises ChatError `to_oneself`, `duplicate_id`, or `accepts_no_messages` if the other user has blocked this one or
    deleted the account.
    """
    if user_id == other_id:
        raise ChatError("to_oneself")
    found = (
        await db.query("find_pair", int, a=user_id, b=other_id)
        or await db.execute_idempotent("make_pair", int, a=user_id, b=other_id, first_id=first_id)
        or await db.query("find_pair", int, a=user_id, b=other_id)  # a repeat of the request may have made it meanwhile
    )
    if found:
        return found[0]
    if not await accepts_messages(db, other_id, user_id):
        raise ChatError("accepts_no_messages")
    raise ChatError("duplicate_id")
