"""What has become of a thread, as programs of the site read it: changed messages, notes and the group, by number."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chatserver.config.settings import Config
from chatserver.conversations.access import SiteRequest, outsider
from chatserver.conversations.notes import note_as_frame, notes_for_site
from chatserver.conversations.site_threads import SiteThread, find_site_thread
from chatserver.conversations.states import changed_fields, states_for_site
from chatserver.database.client import Database

Frame = dict[str, Any]
PERSON = ("id", "name", "owner", "read")


class ChangeRow(NamedTuple):
    """A change of a thread, with the message that it changed, None for a note; `as_of` is the group's last act.

    Without a change, both are None.
    """

    change: int | None
    seq: int | None
    as_of: int


class ChangePage(NamedTuple):
    """Frames by their numbers, the last number given, and whether there are more."""

    frames: list[Frame]
    change: int
    more: bool


async def site_changes(db: Database, config: Config, request: SiteRequest, after: int, limit: int) -> ChangePage:
    """Returns the frames of at most `limit` changes after the change `after`, each as it is now.

    A note and the group as it is have the same number, and stand together. Leaves out a message that was changed again
    meanwhile: it stands at its new number. Raises ChatError `no_such_thread`.
    """
    rows = await db.query("site_changes", ChangeRow, thread_id=request.thread_id, after=after, number=limit + 1)
    if not rows:
        raise outsider()
    given = [(row.change, row.seq) for row in rows if row.change is not None]
    page, more = given[:limit], len(given) > limit
    frames = await _messages(db, config, request, {change: seq for change, seq in page if seq is not None})
    frames += await _notes(db, config, request, [change for change, seq in page if seq is None])
    if any(change == rows[0].as_of for change, _ in page):
        thread = await find_site_thread(db, config.sso_issuer, request)
        frames.append(_thread_frame(config, thread, rows[0].as_of))
    frames.sort(key=lambda frame: frame["change"])  # stable: a note stays before the group
    return ChangePage(frames, max((change for change, _ in page), default=after), more)


async def _messages(db: Database, config: Config, request: SiteRequest, changed: dict[int, int]) -> list[Frame]:
    states = await states_for_site(db, config, request, list(changed.values())) if changed else []
    return [changed_fields(state) for state in states if state.change in changed]


async def _notes(db: Database, config: Config, request: SiteRequest, changes: Sequence[int]) -> list[Frame]:
    notes = await notes_for_site(db, config, request, changes) if changes else []
    return [note_as_frame(note) for note in notes]


def _thread_frame(config: Config, thread: SiteThread, as_of: int) -> Frame:
    """Returns the `thread` frame as the site's programs read it: the whole thread, with as many names as usual."""
    named = not 0 < config.announce_people < len(thread.people)
    return {
        "type": "thread",
        "thread": thread.id,
        "change": as_of,
        "title": thread.title,
        "history": thread.history,
        "from": 1,
        "people": [{name: person[name] for name in PERSON} for person in thread.people] if named else [],
        "people_count": len(thread.people),
    }
