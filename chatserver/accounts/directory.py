"""Completes the names of users as they are typed, without letting anyone list all users."""

from chatserver.database.client import Database

NAMES = 5  # in an answer
STRANGERS_FROM = 3  # characters for strangers; one is enough for users who share a thread with the user


async def complete_name(db: Database, user_id: int, beginning: str) -> list[str]:
    """Returns the names of other users that begin so, in order; `beginning` comes from `names.name_beginning`."""
    return await db.query(
        "people_by_beginning",
        str,
        user_id=user_id,
        beginning=beginning,
        everybody=len(beginning) >= STRANGERS_FROM,
        number=NAMES,
    )
