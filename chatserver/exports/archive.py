"""Writes the copy of a user's data: a zip of JSON, and of the user's files.

A page of messages at a time, so that other requests need not wait.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from chatserver.accounts import blocks
from chatserver.accounts.accounts import User
from chatserver.accounts.details import details_of
from chatserver.accounts.session_index import SessionIndex
from chatserver.config.settings import Config
from chatserver.conversations import messages
from chatserver.conversations.access import Membership, ThreadRequest, memberships
from chatserver.conversations.messages import as_frame
from chatserver.conversations.notes import all_notes, note_as_frame
from chatserver.conversations.threads import Thread, find_threads
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.files.access import files_of_user
from chatserver.files.names import served_name
from chatserver.files.storage import Storage, Stored
from chatserver.files.storages import storage_of
from chatserver.files.threads import in_thread
from chatserver.frames import as_time, named

PAGE = 200  # messages in one query
THREADS = 100  # threads in one query
NO_ID = "00000000-0000-0000-0000-000000000000"
PAUSE = 0.01  # seconds between pages, left to other work

Report = Callable[[int, int], Awaitable[None]]
Extend = Callable[[Sequence[object]], Awaitable[None]]


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
            if notes := await all_notes(db, config, member):
                async with archive.list_at(f"notes/{member.thread_id}.json") as extend:
                    await extend([note_as_frame(note) for note in notes])
        await _add_files(archive, db, storage_of(config), user)
    finally:
        await archive.close()
    return total


async def _account(db: Database, session_index: SessionIndex, user: User) -> dict[str, object]:
    details = await details_of(db, user)
    return {
        **user.as_frame(),
        "created_at": as_time(details.created_at),
        "exported_at": as_time(datetime.now(UTC)),
        "settings": {
            "shows_online": details.shows_online,
            "shows_seen": details.shows_seen,
            "who_adds_me": details.who_adds_me,
        },
        "sessions": [
            {
                "browser": session.browser,
                "began_at": as_time(session.began_at),
                "used_at": as_time(session.used_at) if session.used_at else None,
            }
            for session in await session_index.all_of(user.id, "")
        ],
        "blocked": [blocked.as_frame() for blocked in await blocks.blocked_by(db, user)],
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
        "people": [named(person.id, person.name, person.full_name) for person in thread.people],
        "messages": thread.member.last_seq,
        "sent": thread.sent,
        "received": thread.received,
        "unread": thread.member.unread,
        "from": thread.member.from_seq,
    }


async def _messages(db: Database, config: Config, member: Membership, after: int, number: int) -> list[dict[str, Any]]:
    try:
        page, _ = await messages.missed(db, config, member, after, number)
    except ChatError as error:
        if error.code != "no_such_thread":
            raise
        return []  # the user was removed from the group meanwhile
    return [as_frame(message) for message in page]


async def _add_files(archive: "Archive", db: Database, storage: Storage | None, user: User) -> None:
    """Writes the bytes of the files that the user has uploaded, as they are served."""
    after = NO_ID
    while storage is not None and (found := await files_of_user(db, user.id, after, PAGE)):
        for file in found:
            name = served_name(file.name, is_picture=file.is_picture)
            await archive.add_bytes(f"files/{file.id}/{name}", await storage.open(file.key))
        after = found[-1].id


class Archive:
    """A zip of JSON and other files. All disk access runs in threads, since a disk may be slow."""

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

    async def add_bytes(self, name: str, stored: Stored) -> None:
        """Adds a file as it is: pictures and most others are compressed already."""
        entry = _entry(name)
        entry.compress_type = ZIP_STORED
        file: IO[bytes] = await in_thread(lambda: self._zip.open(entry, "w", force_zip64=True))
        try:
            if stored.path is not None:
                await in_thread(_copy, stored.path, file)
            elif stored.chunks is not None:
                async for chunk in stored.chunks:
                    await in_thread(file.write, chunk)
        finally:
            await in_thread(file.close)

    async def close(self) -> None:
        """Writes the zip's directory, which completes the file."""
        await in_thread(self._zip.close)


def _copy(path: Path, file: IO[bytes]) -> None:
    with path.open("rb") as source:
        copyfileobj(source, file)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    return entry
