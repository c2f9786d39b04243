"""The originals of replies, for quotes: always as they are now."""

from collections.abc import Sequence

from chatserver.config.settings import Config
from chatserver.conversations.access import Membership
from chatserver.conversations.messages import Message, MessageRow, messages_of
from chatserver.database.client import Database

QUOTED_CHARS = 300  # code points of an original


async def quoted(db: Database, config: Config, member: Membership, messages: Sequence[Message]) -> list[Message]:
    """Returns the originals of the replies among `messages` that are not among them, by number.

    Leaves out those that the member may not see. Makes no query if there is no such reply.
    """
    there = {message.seq for message in messages}
    missing = sorted({message.reply for message in messages if message.reply is not None} - there)
    if not missing:
        return []
    rows = await db.query("messages_at", MessageRow, thread_id=member.thread_id, user_id=member.user_id, seqs=missing)
    return await messages_of(db, config, member.user_id, sorted(rows, key=lambda row: row.seq))


def cut(message: Message) -> Message:
    """Returns the message with the beginning of its text, as quotes show it."""
    text = message.text[:QUOTED_CHARS]
    state = message.state and message.state._replace(text=text)
    return message._replace(text=text, state=state)
