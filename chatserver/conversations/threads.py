"""Threads: their participants, and the view that each participant has of a thread."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chatserver.conversations.access import Membership, ThreadRequest, outsider
from chatserver.conversations.states import ALL_PEOPLE
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.frames import named


class Person(NamedTuple):
    """A participant as another one sees them.

    `name` is '' for a deleted account; `read` is their read marker, 0 if they hide it; `blocked` means blocked by the
    viewer.
    """

    id: int
    name: str
    full_name: str | None
    owner: bool
    read: int
    shows_online: bool
    blocked: bool
    deleted: bool

    def as_frame(self) -> dict[str, object]:
        """Returns the participant as frames describe them."""
        return named(self.id, self.name, self.full_name) | {"owner": self.owner, "read": self.read}


class Thread(NamedTuple):
    """A thread as one of its participants, the `member`, sees it; `pair`: whether it is one-to-one.

    `title` is what pages call it, `group_title` the title that its people gave it, None for none. `history` is what
    newcomers will see, None for a pair. `people` are all of its `people_count` participants, or the user alone in a
    group of more than `announce_people`. `as_of` is the last change of title, people, roles or history.

    The number of its messages is the last one's.
    """

    member: Membership
    pair: bool
    title: str
    sent: int
    people: list[Person]
    group_title: str | None
    history: str | None
    people_count: int
    as_of: int
    is_muted: bool

    @property
    def id(self) -> int:
        """The thread's id."""
        return self.member.thread_id

    @property
    def received(self) -> int:
        """The number of messages from others."""
        return self.member.last_seq - self.sent


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
    from_change: int
    joined_change: int | None
    pair: bool
    title: str | None
    history: str | None
    as_of: int
    people_count: int
    is_muted: bool
    names: list[str]
    people: list[dict[str, Any]]


async def find_thread(db: Database, request: ThreadRequest, announce_people: int) -> Thread:
    """Returns the thread as the user sees it, with their membership. Raises ChatError `no_such_thread`."""
    (found,) = await find_threads(db, [request], announce_people)
    if isinstance(found, ChatError):
        raise found
    return found


async def find_threads(
    db: Database, requests: Sequence[ThreadRequest], announce_people: int = 0
) -> list[Thread | ChatError]:
    """Finds many threads in one query: each as its user sees it, or `no_such_thread`.

    Names nobody but the user in groups of more than `announce_people` (0 = no limit).
    """
    rows = await db.query(
        "threads_for",
        ThreadRow,
        thread_ids=[request.thread_id for request in requests],
        user_ids=[request.user_id for request in requests],
        named_people=announce_people or ALL_PEOPLE,
    )
    found: list[Thread | ChatError] = [outsider() for _ in requests]
    for row in rows:
        found[row.place - 1] = _thread(row, requests[row.place - 1].user_id)
    return found


def _thread(row: ThreadRow, user_id: int) -> Thread:
    counts = row.read_seq, row.last_seq, row.unread, row.from_seq, row.last_change
    return Thread(
        Membership(row.id, user_id, *counts, row.from_change, row.joined_change),
        row.pair,
        row.title or title_of(row.names, row.people_count - 1),
        row.sent,
        [Person(**person) for person in row.people],
        row.title,
        None if row.pair else row.history or "all",
        row.people_count,
        row.as_of,
        row.is_muted,
    )


def title_of(names: Sequence[str], others: int) -> str:
    """Returns the title of a thread that has none of its own: the others' names, or a few and the number of the rest.

    The title is '' if the other account of a one-to-one thread is deleted; a group loses its deleted accounts.
    """
    more = others - len(names)
    return ", ".join(names) + (f" +{more}" if more else "") if others else "…"
