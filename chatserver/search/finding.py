"""Finds messages by the index: newest first, in steps that grow, or all that have rare words."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chatserver.conversations.messages import MessageRow
from chatserver.database.client import Database
from chatserver.search.levels import FRESH, Level
from chatserver.search.runs import PIECE
from chatserver.validation import MAX_ID

FIRST_PIECES, GROWTH = 16, 4  # pieces that are looked into first, and how many times more in each later step
GROWTH_BY_STEM = 16  # of those that have the words: finding these takes as long for a few as for many
FEWEST = 2  # times more, at least, once something was found; otherwise as many as should fill the page
COMMON = 2048  # numbers of stems: a word with a higher one is looked for where it is, not in the newest pieces
FILTERED = 32  # stems that may stand for a word: with more of them, the marks of a piece leave nothing out
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
FIRST_MOMENT = datetime(1, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """A place in the order of results: by time, thread and number, newest first. What comes before it is done."""

    at: datetime = LAST_MOMENT
    thread_id: int = MAX_ID
    seq: int = MAX_ID


class Scope(NamedTuple):
    """Whose messages are searched, and which of them: of a thread, of a sender, of some time."""

    user_id: int
    thread_id: int | None
    sender_id: int | None
    since: datetime
    until: datetime


class Found(NamedTuple):
    """Hits, newest first; `place`: up to here all are known, None: to the end. `waiting` messages are not indexed."""

    rows: list[MessageRow]
    place: Place | None
    waiting: int


class FoundRow(NamedTuple):
    """A hit, and what the query has seen; all but the first are None if there is none."""

    floor: datetime | None
    waiting: int
    thread_id: int | None
    seq: int
    client_id: str
    sender_id: int
    sender_name: str
    sender_full_name: str | None
    text: str
    sent_at: datetime
    flags: int | None
    reply_to: int | None


async def find(db: Database, scope: Scope, level: Level, place: Place, number: int) -> AsyncIterator[Found]:
    """Yields the hits after a place, at most `number` each time.

    Looks into the newest pieces first, and goes on like that while the hits are so many that the next step will fill
    the page: as it does for frequent words. Else it looks into the pieces that have the words.
    """
    asked = _parameters(scope, level)
    is_rare = asked.pop("is_rare")
    # Stems are numbered as they first come, so frequent ones have low numbers. Words like the typed ones are only
    # looked for when these are rare, and are mostly rare themselves.
    pieces, by_stem = FIRST_PIECES, bool(asked["any_of"]) and (bool(level.closer) or is_rare)
    found = 0
    while True:
        rows = await db.query(
            "find_messages",
            FoundRow,
            **asked,
            before_at=place.at,
            before_thread=place.thread_id,
            before_seq=place.seq,
            pieces=pieces,
            by_stem=by_stem,
            number=number,
        )
        hits = [MessageRow._make(row[2:]) for row in rows if row.thread_id is not None]
        floor, waiting = rows[0].floor, rows[0].waiting
        if floor is None:
            yield Found(hits, None, waiting)
            return
        place = min(place, Place(floor))
        yield Found(hits, place, waiting)
        by_stem = bool(asked["any_of"]) and (by_stem or GROWTH * len(hits) < number)
        found += len(hits)
        most = GROWTH_BY_STEM if by_stem else GROWTH
        pieces *= min(max(3 * number // (2 * found), FEWEST), most) if found else most


def _parameters(scope: Scope, level: Level) -> dict[str, Any]:
    slots = [slot for term in level.terms for slot in term.slots if slot]
    slots.sort(key=lambda slot: (len(slot), -max(slot)))  # the words of the highest numbers are rare
    filtered = [(stem, number) for number, slot in enumerate(slots) for stem in slot if len(slot) <= FILTERED]
    single = [stem for slot in slots for stem in slot if len(slot) == 1]
    several = [slot for slot in slots if len(slot) > 1]
    any_of = several[0] if several and (not single or len(several[0]) <= FILTERED) else single
    if level.closer:  # what it did not find has a word that it did not know
        any_of = [stem for term in level.terms for stem in term.added] or [0]
    return scope._asdict() | {
        "is_rare": any(min(filter(None, slot), default=MAX_ID) > COMMON for slot in slots if len(slot) <= FILTERED),
        "of_piece": _of_piece(level, single),
        "all_of": single,
        "any_of": any_of,
        "stems": [stem for stem, _ in filtered],
        "slots": [number for _, number in filtered],
        "by_stems": [term.stems for term in level.terms],
        "by_words": [term.words for term in level.terms],
        "hints": [term.hint for term in level.terms],
        "without": level.without,
        "is_closest": not level.closer,
        "closer_by_stems": [term.stems for term in level.closer],
        "closer_by_words": [term.words for term in level.closer],
        "fresh": FRESH,
    }


def _of_piece(level: Level, single: list[int]) -> int:
    """Returns how many messages to look into for each piece, where somebody has many threads; 0: all of the piece.

    The more of them the marks leave out, the more.
    """
    if not single:
        return PIECE
    slots = [slot for term in level.terms for slot in term.slots]
    if any(not slot or len(slot) > FILTERED for slot in slots):
        return 8 * PIECE
    if len(slots) > len(level.terms):
        return 0  # few messages with the words of a phrase have the phrase
    return 4 * PIECE if len(slots) == 1 else 32 * PIECE
