"""The list of a user's conversations, newest first."""

from datetime import datetime
from typing import Any, NamedTuple

from chatserver.conversations.message_files import PreviewFile
from chatserver.conversations.threads import title_of
from chatserver.database.client import Database

CONVERSATIONS = 50  # rows of a list, unless all are requested


class Conversation(NamedTuple):
    """A row of a user's list; `is_group` tells that it is not one-to-one.

    `total`, `sent`, `received` and `unread` count messages. The preview is the beginning of the last message, from
    `sender`: None without one that the user may see, '' if it `is_deleted`; `preview_change` is its last change, and
    `last_change` the thread's, 0 for none. The title and the name of a deleted account are ''. If the title is the full
    name of the only other participant, `handle` is their name, else ''. `preview_files` are the last message's, which
    may have no text then.
    """

    id: int
    is_group: bool
    title: str
    handle: str
    total: int
    sent: int
    unread: int
    last_message_at: datetime
    preview_text: str | None
    sender_id: int | None
    sender_name: str | None
    sender_full_name: str | None
    read_seq: int
    last_change: int
    preview_change: int
    is_deleted: bool
    is_muted: bool
    preview_files: tuple[PreviewFile, ...] = ()

    @property
    def received(self) -> int:
        """The number of messages from others."""
        return self.total - self.sent


class ConversationRow(NamedTuple):
    """A row of the query, with the number of all threads and of all unread messages that count, listed or not.

    `unmutes_at` is when the next mute of a thread ends, None for never.

    `names`, the full ones where there are, are the first four of the `others`, the number of the other participants;
    none if the group has a title.
    """

    threads: int
    unread_total: int
    unread_threads: int
    unmutes_at: datetime | None
    id: int
    is_group: bool
    last_seq: int
    sent: int
    unread: int
    is_muted: bool
    last_message_at: datetime
    title: str | None
    names: list[str]
    handle: str
    others: int
    preview: str | None
    sender_id: int | None
    sender_name: str | None
    sender_full_name: str | None
    read_seq: int
    last_change: int
    preview_change: int
    is_deleted: bool
    preview_files: list[dict[str, Any]] | None


class ConversationList(NamedTuple):
    """The rows shown, whether there are more, and the unread messages and threads, shown or not, but muted ones.

    `unmutes_at` is when the next mute of a thread ends, None for never.
    """

    conversations: list[Conversation]
    more_conversations: bool
    unread_total: int
    unread_threads: int
    unmutes_at: datetime | None


async def conversations_of(
    db: Database, user_id: int, limit: int | None = CONVERSATIONS, open_id: int | None = None
) -> ConversationList:
    """Returns a user's threads, newest first, at most `limit` (None = all), always including `open_id`."""
    rows = await db.query("conversations", ConversationRow, user_id=user_id, number=limit, open_id=open_id)
    shown = [
        Conversation(
            row.id,
            row.is_group,
            row.title or title_of(row.names, row.others),
            row.handle,
            row.last_seq,
            row.sent,
            row.unread,
            row.last_message_at,
            row.preview,
            row.sender_id,
            row.sender_name,
            row.sender_full_name,
            row.read_seq,
            row.last_change,
            row.preview_change,
            row.is_deleted,
            row.is_muted,
            tuple(PreviewFile(**file) for file in row.preview_files or ()),
        )
        for row in rows
    ]
    if not rows:
        return ConversationList(shown, more_conversations=False, unread_total=0, unread_threads=0, unmutes_at=None)
    first = rows[0]
    more, unread = first.threads > len(shown), (first.unread_total, first.unread_threads)
    return ConversationList(shown, more, *unread, first.unmutes_at)
