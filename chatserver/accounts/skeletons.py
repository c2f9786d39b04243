"""Computes the skeletons of names stored without one, by an earlier version or by a process from before an update.

A stored name that looks like another one stays: both users keep theirs, and new names may resemble neither. A newer
`confusables.txt` needs a migration that empties the column `name_skeleton`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg2.extensions

from chatserver.accounts.names import name_skeleton
from chatserver.database.client import Database
from chatserver.database.queries import load_queries
from chatserver.database.rows import read_rows

AT_ONCE = 1000  # names


class StoredName(NamedTuple):
    """A name without a skeleton: a user's or, without an id, a deleted user's, of which only the key is stored."""

    id: int | None
    name_key: str
    name: str


async def fill_skeletons(db: Database) -> None:
    """Fills missing skeletons before a sign-up; there are nearly never any."""
    while rows := await db.query("names_without_skeleton", StoredName, number=AT_ONCE):
        await db.execute_idempotent("set_skeletons", **_skeletons(rows))


def fill_all_skeletons(connection: psycopg2.extensions.connection) -> None:
    """Does the same within a migration, and clears the skeletons that such a process left on deleted users."""
    queries = load_queries()
    with connection.cursor() as cursor:
        cursor.execute(queries["clear_skeletons"].plain, {})
        while True:
            cursor.execute(queries["names_without_skeleton"].plain, {"number": AT_ONCE})
            rows = read_rows(cursor.description, cursor.fetchall(), StoredName)
            if not rows:
                return
            cursor.execute(queries["set_skeletons"].plain, _skeletons(rows))


def _skeletons(rows: Sequence[StoredName]) -> dict[str, list[Any]]:
    """Returns the parameters of `set_skeletons`."""
    return {
        "user_ids": [row.id for row in rows],
        "name_keys": [row.name_key for row in rows],
        "name_skeletons": [name_skeleton(row.name) for row in rows],
    }
