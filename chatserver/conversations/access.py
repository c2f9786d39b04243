"""The one door to a thread: requests, memberships, and the answer to everybody else.

The functions of this package take a `ThreadRequest` or a `Membership` instead of two ids. A request proves nothing: its
query joins `participants`, and the answer to a user whom it does not find is `outsider`. A membership comes from such a
query; the next one joins `participants` all the same, since the user may have been removed in between. A `SiteRequest`
is a program's, which asks for no user.
"""

from typing import NamedTuple

from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.validation import parse_id


class ThreadRequest(NamedTuple):
    """A thread, and a user who requests it; it is not known yet whether they participate."""

    thread_id: int
    user_id: int


class SiteRequest(NamedTuple):
    """A thread that a program of the site asks for, which sees all of it: the scope of its key was checked."""

    thread_id: int


class Membership(NamedTuple):
    """A user's participation in a thread, as a query has found it.

    `read_seq` is their read marker, `last_seq` the thread's last number; `unread` counts messages. `from_seq` is the
    first message that they may see, `last_change` the number of the thread's last change, 0 if there was none.
    `from_change` is the first note that they may see, 0 for all; `joined_change` the note of their joining, None if
    they were there from the start: it tells one stay in a group from the next.
    """

    thread_id: int
    user_id: int
    read_seq: int
    last_seq: int
    unread: int
    from_seq: int
    last_change: int
    from_change: int = 0
    joined_change: int | None = None


def outsider() -> ChatError:
    """Returns the error for users outside a thread; the same as for a thread that does not exist."""
    return ChatError("no_such_thread")


def parse_thread_id(raw: object) -> int:
    """Returns a thread's id from a path or a frame. Raises ChatError `no_such_thread` if it cannot be one."""
    thread_id = parse_id(raw)
    if thread_id is None:
        raise outsider()
    return thread_id


async def enter(db: Database, request: ThreadRequest) -> Membership:
    """Returns the membership of the requesting user. Raises ChatError `no_such_thread`."""
    membership = await db.query_one("membership", Membership, thread_id=request.thread_id, user_id=request.user_id)
    if membership is None:
        raise outsider()
    return membership


async def memberships(db: Database, user_id: int, after: int, limit: int) -> list[Membership]:
    """Returns the user's first `limit` memberships in threads with ids above `after`, by id."""
    return await db.query("memberships", Membership, user_id=user_id, after=after, number=limit)


async def typing_recipients(db: Database, request: ThreadRequest) -> list[int]:
    """Returns the ids of the participants, including the user, without those who have blocked the user.

    Raises ChatError `no_such_thread`.
    """
    rows = await db.query("participants_of", int, thread_id=request.thread_id, user_id=request.user_id)
    if not rows:
        raise outsider()
    return rows
