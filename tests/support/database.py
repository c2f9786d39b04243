"""Questions to the database itself, and messages changed there without asking anybody."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn

from chatserver.config.settings import Config
from chatserver.resources import folder
from tests.support.people import PATIENCE


def execute(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Asks the database itself."""
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def database_as_of(migration: str, database_url: str) -> Iterator[str]:
    """A database of its own beside another one, as the version whose last migration this is made it."""
    execute(database_url, "create database before")
    url = make_dsn(database_url, dbname="before")
    files = sorted((folder("sql") / "migrations").glob("*.sql"))
    execute(url, "create table migrations (name text primary key, applied_at timestamptz)")
    for path in [path for path in files if path.stem <= migration]:
        execute(url, path.read_text("utf-8"))
        execute(url, f"insert into migrations values ('{path.stem}', now())")
    try:
        yield url
    finally:
        execute(database_url, "drop database before with (force)")


async def holds(database_url: str, question: str) -> None:
    """Waits until a query of the database has a row."""
    async with asyncio.timeout(PATIENCE):
        while not execute(database_url, question):
            await asyncio.sleep(0.01)


async def lock_is_waited_for(config: Config) -> None:
    """Waits until a query of the server stands at PostgreSQL, before a lock that the test holds."""
    await holds(str(config.database_url), "select 1 from pg_stat_activity where wait_event_type = 'Lock'")


def stored(config: Config) -> int:
    assert config.database_url is not None
    return int(
        execute(config.database_url, "select (select count(*) from threads) + (select count(*) from messages)")[0][0]
    )


def change_message(
    database_url: str,
    thread: int,
    seq: int,
    *,
    text: str | None = None,
    edited_at: datetime | None = None,
    deleted_at: datetime | None = None,
    deleted_by: int | None = None,
    reactions: Mapping[str, Sequence[int]] | None = None,
) -> int:
    """Gives a message another state, and returns the number of the change. Reactions are those of these user ids."""
    place = {"thread": thread, "seq": seq}
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into thread_changes as n (thread_id, last_change, changed_at) values (%s, 1, now())
            on conflict (thread_id) do update set last_change = n.last_change + 1, changed_at = now()
            returning last_change""",
            [thread],
        )
        (change,) = cursor.fetchone() or (0,)
        cursor.execute(
            """update messages set text = coalesce(%(text)s, text), flags = coalesce(flags, 0) | 1
            where thread_id = %(thread)s and seq = %(seq)s""",
            place | {"text": text if deleted_at is None else ""},
        )
        cursor.execute(
            """insert into changed_messages
                (thread_id, seq, change, changed_at, text_change, edited_at, deleted_at, deleted_by)
            values (%(thread)s, %(seq)s, %(change)s, now(), %(text_change)s, %(edited_at)s, %(deleted_at)s, %(by)s)
            on conflict (thread_id, seq) do update
            set change = excluded.change, changed_at = now(),
                text_change = greatest(changed_messages.text_change, excluded.text_change),
                edited_at = excluded.edited_at, deleted_at = excluded.deleted_at, deleted_by = excluded.deleted_by""",
            place
            | {
                "change": change,
                "text_change": change if text is not None or deleted_at is not None else 0,
                "edited_at": edited_at,
                "deleted_at": deleted_at,
                "by": deleted_by,
            },
        )
        cursor.execute("delete from reactions where thread_id = %(thread)s and seq = %(seq)s", place)
        for emoji, people in (reactions or {}).items():
            for number, person in enumerate(people):
                cursor.execute(
                    """insert into reactions (thread_id, seq, emoji, user_id, change)
                    values (%(thread)s, %(seq)s, %(emoji)s, %(person)s, %(order)s)""",
                    place | {"emoji": emoji, "person": person, "order": change * 1000 + number},
                )
    return int(change)
