"""Notes: what happened in a group, told between its messages and counted nowhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chatserver.config.settings import Config
from chatserver.conversations.access import Membership, SiteRequest
from chatserver.conversations.messages import Message
from chatserver.conversations.states import ALL_PEOPLE, Sender
from chatserver.database.client import Database
from chatserver.frames import as_time, encode, named


class Note(NamedTuple):
    """What happened behind the message `after_seq`, 0 for before the first; names are as they are now.

    `kind` is created, titled, history, added, removed, left, owner or member. `by` is None for the terminal, the API
    and succession. `people` are whom it is about, of more than `announce_people` the first; `number` counts all.
    `value` is the title or the history.
    """

    thread_id: int
    change: int
    after_seq: int
    kind: str
    by: Sender | None
    people: tuple[Sender, ...]
    number: int
    value: str | None
    at: datetime


class NoteRow(NamedTuple):
    """A note as queries find it."""

    thread_id: int
    change: int
    after_seq: int
    kind: str
    by_id: int | None
    by_name: str | None
    by_full_name: str | None
    people: list[tuple[int, str, str | None]]
    number: int
    value: str | None
    at: datetime


class ReadersNoteRow(NamedTuple):
    """A note that the reader may see."""

    reader_id: int
    thread_id: int
    change: int
    after_seq: int
    kind: str
    by_id: int | None
    by_name: str | None
    by_full_name: str | None
    people: list[tuple[int, str, str | None]]
    number: int
    value: str | None
    at: datetime


def note_of(row: NoteRow) -> Note:
    """Returns the note of a row."""
    by = None if row.by_id is None else Sender(row.by_id, row.by_name or "", row.by_full_name)
    people = tuple(Sender(*person) for person in row.people)
    return Note(*row[:4], by, people, row.number, row.value, row.at)


async def notes_of(
    db: Database, config: Config, member: Membership, messages: Sequence[Message], *, begins: bool
) -> list[Note]:
    """Returns the notes behind the messages of a page, in order.

    `begins`: the page begins what the member may see, or would if there were a message: then also those before.
    """
    if not member.last_change or not (messages or begins):
        return []
    first = 0 if begins else messages[0].seq
    last = messages[-1].seq if messages else member.from_seq - 1
    return await _notes_between(db, config, member, first, last)


async def all_notes(db: Database, config: Config, member: Membership) -> list[Note]:
    """Returns all notes that the member may see, up to the last change that the membership knows."""
    notes = await _notes_between(db, config, member, 0, member.last_seq)
    return [note for note in notes if note.change <= member.last_change]


async def _notes_between(db: Database, config: Config, member: Membership, first: int, last: int) -> list[Note]:
    rows = await db.query(
        "notes_between",
        NoteRow,
        thread_id=member.thread_id,
        user_id=member.user_id,
        first=first,
        last=last,
        listed_people=named_people(config),
    )
    return [note_of(row) for row in rows]


async def notes_numbered(db: Database, config: Config, asked: Sequence[tuple[int, int, int]]) -> list[tuple[int, Note]]:
    """Returns the notes of (user, thread, change) with their readers, in that order.

    Leaves out numbers that are no note's, and notes that the user may not see. Asks nothing if nothing is asked.
    """
    if not asked:
        return []
    rows = await db.query(
        "notes_numbered",
        ReadersNoteRow,
        user_ids=[user_id for user_id, _, _ in asked],
        thread_ids=[thread_id for _, thread_id, _ in asked],
        changes=[change for _, _, change in asked],
        listed_people=named_people(config),
    )
    return [(row.reader_id, note_of(NoteRow._make(row[1:]))) for row in rows]


async def notes_for_site(db: Database, config: Config, thread: SiteRequest, changes: Sequence[int]) -> list[Note]:
    """Returns the notes of a thread with these numbers as programs see them, in order."""
    rows = await db.query(
        "site_notes",
        NoteRow,
        thread_id=thread.thread_id,
        changes=list(changes),
        listed_people=named_people(config),
    )
    return [note_of(row) for row in rows]


def named_people(config: Config) -> int:
    """Returns how many of the people of a note frames name."""
    return config.announce_people or ALL_PEOPLE


def note_as_frame(note: Note) -> dict[str, Any]:
    """Returns the `note` frame, as sockets and the history send it."""
    frame = {
        "type": "note",
        "thread": note.thread_id,
        "change": note.change,
        "after": note.after_seq,
        "kind": note.kind,
        "by": note.by and named(*note.by),
        "people": [named(*person) for person in note.people],
    }
    if note.value is not None:
        frame["value"] = note.value
    if note.number > len(note.people):
        frame["count"] = note.number
    return frame | {"at": as_time(note.at)}


def note_frame(note: Note) -> str:
    """Returns the `note` frame as JSON."""
    return encode(note_as_frame(note))
