"""Revokes a subject's sessions and all tokens issued until now, also where the subject has no account."""

from typing import NamedTuple

from chatserver.accounts.accounts import User
from chatserver.accounts.revocation import revoke
from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.publisher import Publisher
from chatserver.database.client import Database


class EndedRow(NamedTuple):
    """Whose tokens were ended (None = nobody has an account), and when, in microseconds since 1970."""

    user_id: int | None
    ended_at: int


async def revoke_sessions(
    db: Database, session_index: SessionIndex, publisher: Publisher, issuer: str, subject: str
) -> None:
    """Ends all sessions of a subject, and refuses tokens from before this second. Raises Unavailable."""
    (row,) = await db.execute_idempotent("end_tokens_of_subject", EndedRow, issuer=issuer, subject=subject)
    if row.user_id is not None:
        await revoke(db, session_index, publisher, User(row.user_id, ""), ended_at=row.ended_at)
