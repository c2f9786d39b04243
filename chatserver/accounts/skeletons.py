"""Computes the skeletons of names stored without one, by an earlier version or by a process from before an update.

A stored name that looks like another one stays: both users keep theirs, and new names may resemble neither. A newer
`confusables.txt` needs a migration that empties the column `name_skeleton`.
"""

from collections.abc import Sequence
from typing import Any

import psycopg2.extensions

from chatserver.accounts.names import name_skeleton
from chatserver.database.client import Database
from chatserver.database.queries import load_queries

AT_ONCE = 1000  # names


async def fill_skeletons(db: Database) -> None:
    """Fills what is missing before a sign-up: nearly always nothing."""
    while rows := await db.query("names_without_skeleton", number=AT_ONCE):
        await db.execute_idempotent("set_skeletons", **_skeletons(rows))


def fill_all_skeletons(connection: psycopg2.extensions.connection) -> None:
    """Does the same within a migration, and clears the skeletons that such a process left on deleted users."""
    queries = load_queries()
    with connection.cursor() as cursor:
        cursor.execute(queries["clear_skeletons"].plain, {})
        while True:
            cursor.execute(queries["names_without_skeleton"].plain, {"number": AT_ONCE})
            rows = cursor.fetchall()
            if not rows:
                return
            cursor.execute(queries["set_skeletons"].plain, _skeletons(rows))


def _skeletons(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Returns the parameters of `set_skeletons`. Of a former name only the key is stored, which replaces the name."""
    return {
        "user_ids": [user_id for user_id, _, _ in rows],
        "name_keys": [name_key for _, name_key, _ in rows],
        "name_skeletons": [name_skeleton(name) for _, _, name in rows],
    }
