"""The next events of a thread for one webhook, and their bodies, which show the state at the moment of sending."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from chatserver.config.settings import Config
from chatserver.conversations.access import SiteRequest
from chatserver.conversations.messages import as_frame
from chatserver.conversations.notes import note_as_frame, notes_for_site
from chatserver.conversations.site_threads import site_messages
from chatserver.conversations.states import ALL_PEOPLE, changed_fields, states_for_site
from chatserver.database.client import Database
from chatserver.frames import as_time, encode

Frame = dict[str, Any]


class NextRow(NamedTuple):
    """The webhook, the thread's end, and the next message and change that the webhook wants, None if there is none.

    `about`: the message that was changed, or the one behind which a note stands.
    """

    url: str
    with_texts: bool
    event: str | None
    tries: int
    secrets: list[str]
    last_seq: int
    last_change: int
    message: int | None
    sent_at: datetime | None
    kind: str | None
    change: int | None
    about: int | None
    changed_at: datetime | None


class Event(NamedTuple):
    """A message, or a change of one, or a note, whose number is 0 of the other two."""

    kind: str
    seq: int
    change: int
    about: int
    at: datetime

    @property
    def number(self) -> str:
        """The end of its id."""
        return f"c{self.change}" if self.change else f"m{self.seq}"


class PeopleRow(NamedTuple):
    """The key of the group, the thread's people, and ids at the site by the ids here."""

    key: str | None
    participants: list[dict[str, Any]]
    subjects: dict[str, str]


def next_event(row: NextRow) -> Event | None:
    """Returns what is to be told first: what happened first, but no change before its message."""
    message = change = None
    if row.message is not None and row.sent_at is not None:
        message = Event("message", row.message, 0, row.message, row.sent_at)
    if row.kind is not None and row.change is not None and row.about is not None and row.changed_at is not None:
        change = Event(row.kind, 0, row.change, row.about, row.changed_at)
    if message is None or change is None:
        return message or change
    return message if change.about >= message.seq or message.at <= change.at else change


async def body_of(db: Database, config: Config, thread_id: int, event: Event, *, with_texts: bool) -> bytes | None:
    """Returns the body that tells an event; None if a later change has taken its place.

    Raises ChatError `no_such_thread`.
    """
    frame = await _frame(db, config, SiteRequest(thread_id), event)
    if frame is None:
        return None
    await _name_people(db, config, thread_id, frame)
    if not with_texts:
        _leave_out_texts(frame)
    return encode({"type": event.kind, "timestamp": as_time(event.at), "data": frame}).encode()


async def _frame(db: Database, config: Config, thread: SiteRequest, event: Event) -> Frame | None:
    if event.kind == "message":
        messages, _ = await site_messages(db, config, thread, after=event.seq - 1, before=0, limit=1)
        return as_frame(messages[0]) if messages else None
    if event.kind == "note":
        notes = await notes_for_site(db, config, thread, [event.change])
        return note_as_frame(notes[0]) if notes else None
    states = await states_for_site(db, config, thread, [event.about])
    return changed_fields(states[0]) if states and states[0].change == event.change else None


async def _name_people(db: Database, config: Config, thread_id: int, frame: Frame) -> None:
    """Adds the group's key, the people of the thread, and the id at the site of each person that the frame names."""
    named = list(_people_in(frame))
    row = await db.query_one(
        "people_of_event",
        PeopleRow,
        thread_id=thread_id,
        issuer=config.sso_issuer,
        number=config.announce_people or ALL_PEOPLE,
        named=[person["id"] for person in named],
    )
    if row is not None:
        for person in named:
            person["sub"] = row.subjects.get(str(person["id"]))
        frame |= {"key": row.key, "participants": row.participants}


def _people_in(frame: Frame) -> Iterator[Frame]:
    yield from (frame[field] for field in ("sender", "by") if frame.get(field))
    yield from frame.get("people", ())


def _leave_out_texts(frame: Frame) -> None:
    for field in ("text", "snippet"):
        frame.pop(field, None)
    for file in frame.get("files", ()):
        file.pop("name", None)
