"""Threads as programs of the site see them: whole, with the subjects of their people, and for no user."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chatserver.config.settings import Config
from chatserver.conversations.access import SiteRequest, outsider
from chatserver.conversations.messages import Message, MessageRow, is_changed, with_files, with_states
from chatserver.conversations.states import states_for_site
from chatserver.database.client import Database


class SiteThread(NamedTuple):
    """A thread: `key` is the name that a program gave to its group, `people` have the fields of the answer."""

    id: int
    key: str | None
    title: str | None
    history: str
    last_seq: int
    last_change: int
    people: list[dict[str, Any]]


class ThreadPlace(NamedTuple):
    """A thread's place in a person's list, with the number of messages that the person has not read."""

    id: int
    last_seq: int
    unread: int
    last_message_at: datetime


class Unread(NamedTuple):
    """How many threads and messages a person has not read, and how many messages of muted threads, not among these."""

    subject: str
    threads: int
    messages: int
    muted: int


class SiteMessageRow(NamedTuple):
    """The last number of the thread, and a message. Without one, all but the first are None."""

    last_seq: int
    thread_id: int
    seq: int | None
    client_id: str
    sender_id: int
    sender_name: str
    sender_full_name: str | None
    text: str
    sent_at: datetime
    flags: int | None
    reply_to: int | None


async def find_site_thread(db: Database, issuer: str, request: SiteRequest) -> SiteThread:
    """Returns a thread. Raises ChatError `no_such_thread`."""
    found = await find_site_threads(db, issuer, [request.thread_id])
    if not found:
        raise outsider()
    return found[0]


async def find_site_threads(db: Database, issuer: str, thread_ids: Sequence[int]) -> list[SiteThread]:
    """Returns those of the threads that exist, in this order."""
    return await db.query("site_threads", SiteThread, issuer=issuer, thread_ids=list(thread_ids))


async def site_pair(db: Database, issuer: str, user_id: int, other_id: int) -> SiteThread:
    """Returns the one-to-one thread of two users, created if need be."""
    (thread_id,) = await db.execute_idempotent("site_pair", int, a=user_id, b=other_id)
    return await find_site_thread(db, issuer, SiteRequest(thread_id))


async def threads_of(
    db: Database, user_id: int, before: ThreadPlace | None, limit: int
) -> tuple[list[ThreadPlace], bool]:
    """Returns a page of a user's threads, newest first, after the place `before`, and whether there are more."""
    places = await db.query(
        "site_threads_of",
        ThreadPlace,
        user_id=user_id,
        before=before and before.last_message_at,
        before_id=before and before.id,
        number=limit + 1,
    )
    return places[:limit], len(places) > limit


async def unread_of(db: Database, issuer: str, subjects: Sequence[str]) -> dict[str, Unread]:
    """Returns what people have not read; of a subject without a person or a thread, nothing."""
    rows = await db.query("unread_of_people", Unread, issuer=issuer, subjects=list(subjects))
    return {row.subject: row for row in rows}


async def site_messages(
    db: Database, config: Config, request: SiteRequest, *, after: int | None, before: int, limit: int
) -> tuple[list[Message], bool]:
    """Returns messages as they are now, oldest first, and whether there are more in that direction.

    Those are at most `limit` after the number `after`, or if it is None before the number `before`. Raises ChatError
    `no_such_thread`.
    """
    rows = await db.query(
        "site_messages", SiteMessageRow, thread_id=request.thread_id, after=after, before=before, number=limit
    )
    if not rows:
        raise outsider()
    found = [
        MessageRow._make(getattr(row, field) for field in MessageRow._fields) for row in rows if row.seq is not None
    ]
    changed = [row.seq for row in found if is_changed(row)]
    page = with_states(found, await states_for_site(db, config, request, changed) if changed else [])
    page = await with_files(db, found, page)
    if not found:
        return page, False
    return page, found[0].seq > 1 if after is None else found[-1].seq < rows[0].last_seq
