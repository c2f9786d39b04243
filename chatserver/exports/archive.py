"""Writes the copy of a user's data: a zip of JSON, a page at a time, so that other requests need not wait."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import IO, Any, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from chatserver.accounts import blocks
from chatserver.accounts.accounts import User, details_of
from chatserver.accounts.session_index import SessionIndex
from chatserver.config.settings import Config
from chatserver.conversations import messages
from chatserver.conversations.access import Membership, ThreadRequest, memberships
from chatserver.conversations.messages import as_frame
from chatserver.conversations.threads import Thread, find_threads
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.frames import as_time

PAGE = 200  # messages in one query
THREADS = 100  # threads in one query
PAUSE = 0.01  # seconds between pages, left to other work

Report = Callable[[int, int], Awaitable[None]]
Extend = Callable[[Sequence[object]], Awaitable[None]]
T = TypeVar("T")


async def write_export(
    db: Database, config: Config, session_index: SessionIndex, user: User, file: IO[bytes], *, report: Report
) -> int:
    """Writes the zip and returns the number of messages in it; calls `report(done, total)` after each page.

    Raises Unavailable, OSError, and whatever `report` raises.
    """
    archive = Archive(file)
    try:
        await archive.add("account.json", await _account(db, session_index, user))
        members = await _add_conversations(archive, db, user)
        done, total = 0, sum(member.last_seq + 1 - member.from_seq for member in members)
        await report(done, total)
        for member in members:
            async with archive.list_at(f"conversations/{member.thread_id}.json") as extend:
                for after in range(member.from_seq - 1, member.last_seq, PAGE):
                    number = min(PAGE, member.last_seq - after)
                    await extend(await _messages(db, config, member, after, number))
                    done += number
                    await report(done, total)
                    await asyncio.sleep(PAUSE)
    finally:
        await archive.close()
    return total


async def _account(db: Database, session_index: SessionIndex, user: User) -> dict[str, object]:
    details = await details_of(db, user)
    return {
        "id": user.id,
        "name": user.name,
        "created_at": as_time(details.created_at),
        "exported_at": as_time(datetime.now(UTC)),
        "settings": {"shows_online": details.shows_online, "shows_seen": details.shows_seen},
        "sessions": [
            {
                "browser": session.browser,
                "began_at": as_time(session.began_at),
                "used_at": as_time(session.used_at) if session.used_at else None,
            }
            for session in await session_index.all_of(user.id, "")
        ],
        "blocked": [blocked._asdict() for blocked in await blocks.blocked_by(db, user)],
    }


async def _add_conversations(archive: "Archive", db: Database, user: User) -> list[Membership]:
    """Writes the list of threads; returns the user's memberships as of now, to leave out later messages."""
    found: list[Membership] = []
    async with archive.list_at("conversations.json") as extend:
        while members := await memberships(db, user.id, found[-1].thread_id if found else 0, THREADS):
            threads = await find_threads(db, [ThreadRequest(member.thread_id, user.id) for member in members])
            await extend([_conversation(thread) for thread in threads if isinstance(thread, Thread)])
            found += members
    return found


def _conversation(thread: Thread) -> dict[str, object]:
    return {
        "id": thread.id,
        "title": thread.title,
        "people": [{"id": person.id, "name": person.name} for person in thread.people],
        "messages": thread.total,
        "sent": thread.sent,
        "received": thread.received,
        "unread": thread.unread,
        "from": thread.from_seq,
    }


async def _messages(db: Database, config: Config, member: Membership, after: int, number: int) -> list[dict[str, Any]]:
    try:
        page, _ = await messages.missed(db, config, member, after, number)
    except ChatError as error:
        if error.code != "no_such_thread":
            raise
        return []  # the user was removed from the group meanwhile
    return [as_frame(message) for message in page]


class Archive:
    """A zip of JSON files. All disk access runs in threads, since a disk may be slow."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w")

    async def add(self, name: str, value: object) -> None:
        """Adds one file with a JSON value."""
        await in_thread(self._zip.writestr, _entry(name), json.dumps(value, ensure_ascii=False, indent=2))

    @asynccontextmanager
    async def list_at(self, name: str) -> AsyncIterator[Extend]:
        """Adds one file with a JSON list, one value a line; the context gets a function that appends values."""
        entry: IO[bytes] = await in_thread(lambda: self._zip.open(_entry(name), "w", force_zip64=True))
        separator = "[\n"

        def write(values: Sequence[object]) -> None:
            nonlocal separator
            for value in values:
                entry.write((separator + json.dumps(value, ensure_ascii=False)).encode())
                separator = ",\n"

        async def extend(values: Sequence[object]) -> None:
            await in_thread(write, values)

        try:
            yield extend
            await in_thread(entry.write, b"[]\n" if separator == "[\n" else b"\n]\n")
        finally:
            await in_thread(entry.close)

    async def close(self) -> None:
        """Writes the zip's directory, which completes the file."""
        await in_thread(self._zip.close)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry


async def in_thread(work: Callable[..., T], *arguments: object) -> T:
    """Runs the work in a thread, and waits for its end even if cancelled, so that no file is closed while in use."""
    task = asyncio.create_task(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
