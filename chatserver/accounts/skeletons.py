"""Skeletons of names that were stored without one: before this version, or by a process from before an update.

A stored name that looks like another one stays: both people go on, and nobody new looks like either. A newer
`confusables.txt` wants a migration that empties the column `name_skeleton`.
"""

from collections.abc import Sequence
from typing import Any

import psycopg2.extensions

from chatserver.accounts.names import name_skeleton
from chatserver.database.client import Database, load_queries

AT_ONCE = 1000  # names


async def fill_skeletons(db: Database) -> None:
    """Before somebody signs up: nearly always there is nothing to do."""
    while rows := await db.fetch("names_without_skeleton", number=AT_ONCE):
        await db.fetch("set_skeletons", **_skeletons(rows))


def fill_all_skeletons(connection: psycopg2.extensions.connection) -> None:
    """The same as part of a migration, which also clears what such a process left of deleted people."""
    queries = load_queries()
    with connection.cursor() as cursor:
        cursor.execute(queries["clear_skeletons"].plain)
        while True:
            cursor.execute(queries["names_without_skeleton"].plain, {"number": AT_ONCE})
            rows = cursor.fetchall()
            if not rows:
                return
            cursor.execute(queries["set_skeletons"].plain, _skeletons(rows))


def _skeletons(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Of a former name only the key is known."""
    return {
        "user_ids": [user_id for user_id, _, _ in rows],
        "name_keys": [name_key for _, name_key, _ in rows],
        "name_skeletons": [name_skeleton(name) for _, _, name in rows],
    }
