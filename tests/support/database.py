"""Queries to the database itself, and changes of messages in it without the server."""

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

# TRUNCATE makes new files for 40 tables and 140 indexes, which takes longer than most tests; what many rows have left
# takes longer still. Without autovacuum no plan depends on what a table held at the moment of a vacuum.
EMPTY_EVERYTHING = """
do $$
declare name regclass;
begin
    if exists (
        select from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_total_relation_size(oid) > 1000000
    ) then
        truncate users, threads, former_names, api_keys, search_words, search_follower, installation, webhooks,
            removed_files, file_places restart identity cascade;
    end if;
    perform set_config('session_replication_role', 'replica', true);  -- in any order: foreign keys are not checked
    for name in select oid from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'migrations'
    loop
        execute format('delete from %s', name);
    end loop;
    for name in select seqrelid from pg_sequence where pg_sequence_last_value(seqrelid) is not null loop
        perform setval(name, 1, false);
    end loop;
end
$$
"""

SEND_SECOND = """
update threads set last_seq = 2, last_message_at = clock_timestamp() where id = %(thread)s;
insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
values (%(thread)s, 2, %(sender)s, gen_random_uuid(), 'second', clock_timestamp())"""


class KeptConnection:
    """A connection that lasts for many statements; a new one costs milliseconds."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection = psycopg2.connect(database_url)

    def close(self) -> None:
        self._connection.close()

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs a statement, once more if a test has ended all connections; returns its rows."""
        try:
            return self._run(statement)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self._connection.close()
            self._connection = psycopg2.connect(self._url)
            return self._run(statement)

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def execute(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Runs a statement in the database; returns its rows."""
    with closing(KeptConnection(database_url)) as connection:
        return connection.execute(statement)


@contextmanager
def database_as_of(migration: str, database_url: str) -> Iterator[str]:
    """Creates a database as the version with this last migration did, on the server of another one."""
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
    """Waits until a query returns a row."""
    with closing(KeptConnection(database_url)) as connection:
        async with asyncio.timeout(PATIENCE):
            while not connection.execute(question):
                await asyncio.sleep(0.01)


async def lock_is_waited_for(config: Config) -> None:
    """Waits until a query of the server waits in PostgreSQL for a lock that the test holds."""
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
    """Gives a message another state, and returns the number of the change. `reactions` has user ids by emoji."""
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


@contextmanager
def sending_slowly(database_url: str, thread: int, sender: int) -> Iterator[None]:
    """A second message of a thread is being stored: it is committed when the block ends."""
    with closing(psycopg2.connect(database_url)) as slow, slow, slow.cursor() as cursor:
        cursor.execute(SEND_SECOND, {"thread": thread, "sender": sender})
        yield
