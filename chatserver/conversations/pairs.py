"""The one thread of two users."""

from chatserver.accounts.blocks import accepts_messages
from chatserver.database.client import Database
from chatserver.errors import ChatError


async def find_pair(db: Database, user_id: int, other_id: int) -> int | None:
    """Returns the one-to-one thread of two users; None if there is none."""
    return await db.query_one("find_pair", int, a=user_id, b=other_id)


async def pair_thread(db: Database, user_id: int, other_id: int, first_id: str | None = None) -> int:
    """Finds or creates the one-to-one thread of two users; does not create one for a message id already used.

    Raises ChatError `to_oneself`, `duplicate_id`, or `accepts_no_messages` if the other user has blocked this one or
    deleted the account.
    """
    if user_id == other_id:
        raise ChatError("to_oneself")
    found = (
        await db.query("find_pair", int, a=user_id, b=other_id)
        or await db.execute_idempotent("make_pair", int, a=user_id, b=other_id, first_id=first_id)
        or await db.query("find_pair", int, a=user_id, b=other_id)  # a repeat of the request may have made it meanwhile
    )
    if found:
        return found[0]
    if not await accepts_messages(db, other_id, user_id):
        raise ChatError("accepts_no_messages")
    raise ChatError("duplicate_id")
