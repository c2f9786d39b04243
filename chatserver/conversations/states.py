"""The present states of changed messages, after edits, deletions and reactions.

One statement reads the whole state, so that its text and its number are always of the same moment.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chatserver.config.settings import Config
from chatserver.conversations.access import Membership, SiteRequest, outsider
from chatserver.database.client import Database
from chatserver.frames import as_time, encode, named

ALL_PEOPLE = 2**31 - 1  # more than react to a message


class Sender(NamedTuple):
    """A user as frames name them; the name of a deleted account is ''."""

    id: int
    name: str
    full_name: str | None


class Reaction(NamedTuple):
    """One emoji below a message. `people` are the ids of the `number` who chose it, the oldest first.

    If there are more than `announce_people`, only the first ones. `mine`: the reader is among them.
    """

    emoji: str
    number: int
    people: tuple[int, ...]
    mine: bool


class State(NamedTuple):
    """The present state of a changed message, for one reader, or for several if `is_shared`.

    The text is '' once the message is deleted. `deleted_by` is None if the sender did it. Reactions stand in the order
    of REACTIONS, then by code points; in threads of more than `announce_people`, frames have only their numbers. The
    last four are of the reader, for frames of deletions; 0 if the state is shared.
    """

    thread_id: int
    seq: int
    change: int
    text: str
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by: Sender | None
    reactions: tuple[Reaction, ...]
    counts_only: bool
    is_shared: bool = False
    reader_id: int = 0
    last_seq: int = 0
    read_seq: int = 0
    unread: int = 0


class StateRow(NamedTuple):
    """The state of the message requested at `place`, from 1. `reactions`: emoji, number, ids, whether mine."""

    place: int
    text: str
    change: int
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by: int | None
    deleted_by_name: str | None
    deleted_by_full_name: str | None
    reactions: list[tuple[str, int, list[int], bool]] | None
    people: int | None
    last_seq: int
    read_seq: int
    unread: int


async def states_of(db: Database, config: Config, asked: Sequence[tuple[int, int, int]]) -> list[State]:
    """Returns the states of (user, thread, seq), in that order.

    Leaves out messages that are not changed, or that the user may not see.
    """
    rows = await db.query(
        "message_states",
        StateRow,
        user_ids=[user_id for user_id, _, _ in asked],
        thread_ids=[thread_id for _, thread_id, _ in asked],
        seqs=[seq for _, _, seq in asked],
        listed_people=listed_people(config),
    )
    return [_state(config, row, *asked[row.place - 1]) for row in rows]


class SiteStateRow(NamedTuple):
    """The state of the message asked about at `place`, from 1, for nobody in particular."""

    place: int
    text: str
    change: int
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by: int | None
    deleted_by_name: str | None
    deleted_by_full_name: str | None
    reactions: list[tuple[str, int, list[int], bool]] | None
    people: int | None


async def states_for_site(db: Database, config: Config, thread: SiteRequest, seqs: Sequence[int]) -> list[State]:
    """Returns the states of messages of a thread as programs see them, in that order; leaves out unchanged ones."""
    rows = await db.query(
        "states_for_site", SiteStateRow, thread_id=thread.thread_id, seqs=seqs, listed_people=listed_people(config)
    )
    found = [
        StateRow._make(getattr(row, field, 0) for field in StateRow._fields) for row in rows
    ]  # no reader: counts 0
    return [_state(config, row, 0, thread.thread_id, seqs[row.place - 1])._replace(is_shared=True) for row in found]


def _state(config: Config, row: StateRow, reader_id: int, thread_id: int, seq: int) -> State:
    reactions = order_reactions(row.reactions or (), config.reactions)
    return State(
        thread_id,
        seq,
        row.change,
        row.text,
        row.edited_at,
        row.deleted_at,
        None if row.deleted_by is None else Sender(row.deleted_by, row.deleted_by_name or "", row.deleted_by_full_name),
        reactions,
        has_counts_only(config, row.people or 0, reactions),
        reader_id=reader_id,
        last_seq=row.last_seq,
        read_seq=row.read_seq,
        unread=row.unread,
    )


def listed_people(config: Config) -> int:
    """Returns how many of those who chose an emoji a query lists: one more than frames ever name."""
    return config.announce_people + 1 if config.announce_people else ALL_PEOPLE


def has_counts_only(config: Config, people: int, reactions: Iterable[Reaction]) -> bool:
    """Whether frames have only counts: the thread has, or had, more than `announce_people` people (0 = never)."""
    return 0 < config.announce_people < people or any(one.number > len(one.people) for one in reactions)


def order_reactions(
    rows: Iterable[tuple[str, int, Sequence[int], bool]], listed: Sequence[str]
) -> tuple[Reaction, ...]:
    """Returns reactions in the order of `listed`; those no longer listed follow, by code points."""
    places = {emoji: place for place, emoji in enumerate(listed)}
    reactions = [Reaction(emoji, number, tuple(people), mine) for emoji, number, people, mine in rows]
    return tuple(sorted(reactions, key=lambda one: (places.get(one.emoji, len(places)), one.emoji)))


class Changes(NamedTuple):
    """The thread's last change, and (change, seq) of changed messages and of notes, whose seq is None, rising."""

    last_change: int
    numbers: list[tuple[int, int | None]]


class NumberRow(NamedTuple):
    """A changed message of a thread, or a note, without `seq`; the change is None if there is none."""

    last_change: int
    change: int | None
    seq: int | None


async def changes_after(db: Database, member: Membership, after: int, limit: int) -> Changes:
    """Returns at most `limit` changed messages and notes after a change. Raises ChatError `no_such_thread`."""
    rows = await db.query(
        "changes_after", NumberRow, thread_id=member.thread_id, user_id=member.user_id, after=after, number=limit
    )
    if not rows:
        raise outsider()
    return Changes(rows[0].last_change, [(row.change, row.seq) for row in rows if row.change])


def state_fields(state: State) -> dict[str, Any]:
    """Returns the fields that every `changed` frame has: those of a deletion, or those of any other change."""
    if state.deleted_at is not None:
        by = {} if state.deleted_by is None else {"by": named(*state.deleted_by)}
        return {"deleted": as_time(state.deleted_at), **by}
    edited = None if state.edited_at is None else as_time(state.edited_at)
    return {"text": state.text, "edited": edited, **reaction_fields(state)}


def reaction_fields(state: State) -> dict[str, Any]:
    """Returns the reactions with the ids of people, or their numbers and which of them are the reader's own."""
    if not state.counts_only:
        return {"reactions": {one.emoji: one.people for one in state.reactions}}
    counts = {"reactions": {one.emoji: one.number for one in state.reactions}}
    return counts if state.is_shared else counts | {"mine": [one.emoji for one in state.reactions if one.mine]}


def changed_fields(state: State) -> dict[str, Any]:
    """Returns the `changed` frame."""
    frame = {"type": "changed", "thread": state.thread_id, "change": state.change, "seq": state.seq}
    return frame | state_fields(state)


def changed_frame(state: State, *, counted: bool = False) -> str:
    """Returns the `changed` frame as JSON; for a deletion, `counted` adds the reader's present unread count."""
    if counted and state.deleted_at is not None:
        counts = {"unread": state.unread, "last": state.last_seq, "read": state.read_seq}
        return encode(changed_fields(state) | counts)
    return encode(changed_fields(state))
