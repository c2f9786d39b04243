"""Publishes the notes and removals of groups once they are committed."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import psycopg2

from chatserver.accounts.account_end import GroupChange
from chatserver.bus.events import NoteAdded, ParticipantRemoved
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.notes import NoteRow, named_people, note_frame, note_of
from chatserver.database.client import Database
from chatserver.errors import Unavailable

log = logging.getLogger(__name__)


class PublishedNoteRow(NamedTuple):
    """A note, with the people of its group and the first note that each may see."""

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
    user_ids: list[int]
    from_changes: list[int]


async def publish_notes(db: Database, publisher: Publisher, config: Config, changes: Sequence[GroupChange]) -> None:
    """Publishes groups' notes from these numbers on. If they cannot be read now, the gap repair publishes them."""
    if not changes:
        return
    try:
        rows = await db.query(
            "notes_to_publish",
            PublishedNoteRow,
            thread_ids=[one.thread_id for one in changes],
            changes=[one.change for one in changes],
            listed_people=named_people(config),
        )
    except (Unavailable, psycopg2.Error) as error:
        log.warning("the notes of %d groups come later: %s", len(changes), error)
        return
    for row in rows:
        _publish(publisher, row)


def _publish(publisher: Publisher, row: PublishedNoteRow) -> None:
    """Whoever may not see the note gets its numbers alone, so that the next change leaves no gap."""
    frame = note_frame(note_of(NoteRow._make(row[:11])))
    place = row.thread_id, row.change, row.after_seq
    people = list(zip(row.user_ids, row.from_changes, strict=True))
    publisher.publish([id_ for id_, from_ in people if from_ <= row.change], NoteAdded(*place, frame))
    publisher.publish([id_ for id_, from_ in people if from_ > row.change], NoteAdded(*place, ""))


def publish_removed(publisher: Publisher, group: GroupChange, user_ids: Sequence[int]) -> None:
    """Publishes to users that they are out of a group, by the note with this number (0: there is none)."""
    publisher.publish(user_ids, ParticipantRemoved(*group))
