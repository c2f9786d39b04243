"""Whom one may write to: names completed as they are typed, so that nobody can list everybody."""

from chatserver.database.client import Database

NAMES = 5  # in an answer
STRANGERS_FROM = 3  # characters: of whom one shares a thread with, one is enough


async def complete_name(db: Database, user_id: int, beginning: str) -> list[str]:
    """Names of other people that begin so, in order; `beginning` as `names.name_beginning` gives it."""
    rows = await db.fetch(
        "people_by_beginning",
        user_id=user_id,
        beginning=beginning,
        everybody=len(beginning) >= STRANGERS_FROM,
        number=NAMES,
    )
    return [name for (name,) in rows]
