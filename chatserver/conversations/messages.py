"""Messages: reading them from PostgreSQL, and encoding them for sockets and the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chatserver.bus.events import MessageStored
from chatserver.config.settings import Config
from chatserver.conversations.access import Membership, outsider
from chatserver.conversations.message_files import Files, files_of
from chatserver.conversations.states import State, state_fields, states_of
from chatserver.database.client import Database
from chatserver.frames import as_time, encode, named

PAGE = 100  # messages on a page of history
BEFORE, AFTER = 50, 49  # messages around a single one
CHANGED, HAS_FILES = 1, 2  # in a message's flags


class Message(NamedTuple):
    """A stored message, as it is now for one reader. The name of a deleted account is '', and so is a deleted text.

    `reply` is the number of the message that it answers; `state` is None if it was never changed.
    """

    thread_id: int
    seq: int
    client_id: str  # a UUID
    sender_id: int
    sender_name: str
    sender_full_name: str | None
    text: str
    sent_at: datetime
    reply: int | None = None
    state: State | None = None
    files: Files = ()

    @property
    def deleted(self) -> datetime | None:
        """When the message was deleted; None if it was not.

        For messages erased before changes had numbers it is the message's own time, since nothing else is stored. No
        message is stored without a text or files.
        """
        if self.state is not None:
            return self.state.deleted_at
        return None if self.text or self.files else self.sent_at


class MessageRow(NamedTuple):
    """A message as queries find it. `flags` show whether it has a state to look up, which includes its text."""

    thread_id: int
    seq: int
    client_id: str
    sender_id: int
    sender_name: str
    sender_full_name: str | None
    text: str
    sent_at: datetime
    flags: int | None
    reply_to: int | None


class MissedRow(NamedTuple):
    """The last number of the thread, and a message. If none was missed, all but the first are None."""

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


async def messages_of(db: Database, config: Config, user_id: int, rows: Sequence[MessageRow]) -> list[Message]:
    """Returns the messages as they are now for a user, in their order; queries states only if something changed.

    Leaves out changed messages that the user may no longer see.
    """
    changed = [(user_id, row.thread_id, row.seq) for row in rows if is_changed(row)]
    return await with_files(db, rows, with_states(rows, await states_of(db, config, changed) if changed else []))


async def with_files(db: Database, rows: Sequence[MessageRow], messages: list[Message]) -> list[Message]:
    """Returns the messages of these rows with their files; queries them only if there are any."""
    files = await files_of(db, [(row.thread_id, row.seq) for row in rows if row.flags and row.flags & HAS_FILES])
    if not files:
        return messages
    return [message._replace(files=files.get((message.thread_id, message.seq), ())) for message in messages]


def with_states(rows: Sequence[MessageRow], found: Sequence[State]) -> list[Message]:
    """Returns the messages with what has become of them, in their order; leaves out changed ones without a state."""
    states = {(state.thread_id, state.seq): state for state in found}
    messages = []
    for row in rows:
        state = states.get((row.thread_id, row.seq))
        if state is not None:
            messages.append(Message(*row[:6], state.text, row.sent_at, row.reply_to, state))
        elif not is_changed(row):
            messages.append(Message(*row[:8], row.reply_to))
    return messages


def is_changed(row: MessageRow) -> bool:
    """Whether the message has a state."""
    return bool(row.flags and row.flags & CHANGED)


async def history(
    db: Database, config: Config, member: Membership, before: int, limit: int = PAGE
) -> tuple[list[Message], bool]:
    """Returns at most `limit` messages before the number `before`, oldest first, and whether there are more.

    Returns none if the membership has ended meanwhile.
    """
    rows = await db.query(
        "messages_before",
        MessageRow,
        thread_id=member.thread_id,
        user_id=member.user_id,
        before=before,
        number=limit + 1,
    )
    return await messages_of(db, config, member.user_id, rows[:limit][::-1]), len(rows) > limit


async def missed(db: Database, config: Config, member: Membership, after: int, limit: int) -> tuple[list[Message], int]:
    """Returns the first `limit` messages after the number `after`, oldest first, and the thread's last number.

    Raises ChatError `no_such_thread` if the membership has ended meanwhile.
    """
    rows = await db.query(
        "messages_after", MissedRow, thread_id=member.thread_id, user_id=member.user_id, after=after, number=limit
    )
    if not rows:
        raise outsider()
    found = [MessageRow._make(row[1:]) for row in rows if row.seq is not None]
    return await messages_of(db, config, member.user_id, found), rows[0].last_seq


async def following(
    db: Database, config: Config, member: Membership, after: int, limit: int = PAGE
) -> tuple[list[Message], bool]:
    """Returns at most `limit` messages after the number `after`, oldest first, and whether there are more.

    Raises ChatError `no_such_thread` if the membership has ended meanwhile.
    """
    messages, last = await missed(db, config, member, after, limit)
    return messages, bool(messages) and messages[-1].seq < last


async def around(db: Database, config: Config, member: Membership, seq: int) -> tuple[list[Message], bool, bool]:
    """Returns the messages around the number `seq`, oldest first, and whether there are earlier and later ones.

    Raises ChatError `no_such_thread` if the membership has ended meanwhile.
    """
    first = member.from_seq
    after = max(seq - BEFORE - 1, first - 1)
    messages, later = await following(db, config, member, after, seq + AFTER - after)
    return messages, after >= first, later


async def first_since(db: Database, member: Membership, moment: datetime) -> int | None:
    """Returns the number of the first message at or after `moment`; None if there is none."""
    return await db.query_one("first_since", int, thread_id=member.thread_id, user_id=member.user_id, moment=moment)


def as_frame(message: Message) -> dict[str, Any]:
    """Returns the `message` frame, as sockets and the history send it, with the non-empty fields of its state."""
    frame = {
        "type": "message",
        "thread": message.thread_id,
        "seq": message.seq,
        "id": message.client_id,
        "sender": named(message.sender_id, message.sender_name, message.sender_full_name),
        "text": message.text,
        "at": as_time(message.sent_at),
    }
    if message.reply is not None:
        frame["reply"] = message.reply
    if message.files and not message.deleted:
        frame["files"] = [file.as_frame() for file in message.files]
    if message.state is not None:
        present = {name: value for name, value in state_fields(message.state).items() if value or name == "mine"}
        return frame | {"change": message.state.change} | present
    return frame | {"deleted": frame["at"]} if message.deleted else frame


def message_frame(message: Message) -> str:
    """Returns the `message` frame as JSON."""
    return encode(as_frame(message))


def message_event(message: Message) -> MessageStored:
    """Returns the event to publish once the message is committed."""
    return MessageStored(message.thread_id, message.seq, message_frame(message))
