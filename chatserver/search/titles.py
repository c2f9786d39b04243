"""The titles of threads, beside results, and threads found by their titles."""

from collections.abc import Iterable
from typing import NamedTuple

from chatserver.database.client import Database

NUMBER = 5  # threads found by their titles


class Title(NamedTuple):
    """A thread's own title, if it has one, and names of its other participants; of a deleted account ''."""

    thread_id: int
    title: str | None
    names: list[str]

    def __str__(self) -> str:
        return self.title or ", ".join(self.names)


async def titles_of(db: Database, user_id: int, thread_ids: Iterable[int]) -> dict[int, Title]:
    """Returns the titles of a user's threads; leaves out those that the user has left."""
    rows = await db.query("thread_titles", Title, user_id=user_id, thread_ids=list(thread_ids))
    return {row.thread_id: row for row in rows}


async def threads_by_title(db: Database, user_id: int, typed: str) -> list[Title]:
    """Returns the newest of the user's threads whose title, or other person, has a name like what was typed."""
    typed = " ".join(typed.split())
    return await db.query("threads_by_title", Title, user_id=user_id, typed=typed, number=NUMBER) if typed else []
