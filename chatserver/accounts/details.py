"""The facts stored about a user, for their export and for the operator."""

from datetime import datetime
from typing import NamedTuple

from chatserver.accounts.accounts import User
from chatserver.database.client import Database


class Details(NamedTuple):
    """The facts stored about a user, without their messages."""

    created_at: datetime
    is_admin: bool
    disabled: bool
    shows_online: bool
    shows_seen: bool
    who_adds_me: str
    threads: int


async def details_of(db: Database, user: User) -> Details:
    """Reads the facts stored about a user, who must exist."""
    (details,) = await db.query("details_of", Details, user_id=user.id)
    return details
