"""Traps of aiopg: a cancellation that comes with an answer, and a connection that is closed twice; and what each call
may count on: a write is seen out, one connection is enough, time is never longer than the limit."""

import asyncio
import time
from contextlib import closing
from typing import NamedTuple

import psycopg2
import pytest

from chatserver.accounts.accounts import Stored, User
from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.web.routes import ROUTES
from tests.support.database import execute, lock_is_waited_for
from tests.support.people import Person
from tests.support.servers import Serve


async def test_a_task_that_is_cancelled_while_its_answer_arrives_ends(config: Config) -> None:
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, timeout=0)
    with closing(psycopg2.connect(config.database_url)) as holding_up:
        holding_up.cursor().execute("lock table users in access exclusive mode")
        asked = asyncio.create_task(database.query("user_by_id", Stored, user_id=1))
        await lock_is_waited_for(config)
        asyncio.get_running_loop().call_later(0, asked.cancel)
    time.sleep(0.2)  # noqa: ASYNC251  # both are ready when the loop runs again
    await asyncio.wait([asked])
    await database.close()
    assert asked.cancelled()


async def test_a_connection_that_a_cancelled_query_closed_is_not_closed_again(config: Config) -> None:
    """Another connection has its file descriptor by then."""
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, timeout=0)
    async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1") as server:
        with closing(psycopg2.connect(config.database_url)) as holding_up:
            holding_up.cursor().execute("lock table users in access exclusive mode")
            asked = asyncio.create_task(database.query("user_by_id", Stored, user_id=1))
            await lock_is_waited_for(config)
            asked.cancel()
            await asyncio.wait([asked])
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await database.close()
        writer.close()


class Swapped(NamedTuple):
    name: str
    id: int


async def test_a_record_with_other_fields_than_the_columns_is_refused(config: Config) -> None:
    database = await db.connect(str(config.database_url), 1, timeout=0)
    ana = {"name": "Ana", "name_key": "ana", "name_skeleton": "ana", "password_hash": "!"}
    for record in (Swapped, Stored, int):
        with pytest.raises(TypeError, match=r"the columns \('id', 'name', 'full_name'\) are not the fields"):
            await database.execute_once("add_user", record, **ana)
        execute(str(config.database_url), "delete from users")
    assert [user.name for user in await database.execute_once("add_user", User, **ana)] == ["Ana"]
    await database.close()


async def test_a_write_runs_to_its_end_when_its_caller_is_cancelled(config: Config) -> None:
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, timeout=0)
    with closing(psycopg2.connect(config.database_url)) as holding_up:
        holding_up.cursor().execute("lock table users in access exclusive mode")
        ana = {"name": "Ana", "name_key": "ana", "name_skeleton": "ana", "password_hash": "!"}
        asked = asyncio.create_task(database.execute_once("add_user", User, **ana))
        await lock_is_waited_for(config)
        asked.cancel()
        await asyncio.wait([asked])
        assert database.pool.used == 1  # still running
    await database.close()
    assert execute(config.database_url, "select name from users") == [("Ana",)]


async def add_user(database: db.Database, name: str) -> list[User]:
    return await database.execute_once(
        "add_user", User, name=name, name_key=name.lower(), name_skeleton=name.lower(), password_hash="!"
    )


async def test_a_connection_prepares_what_it_runs_once_and_nothing_else(config: Config) -> None:
    database = await db.connect(str(config.database_url), 1, timeout=0)
    for name in ("Ana", "Ben"):
        await add_user(database, name)
    async with database.pool.connection() as connection, connection.cursor() as cursor:
        await cursor.execute("select distinct regexp_replace(name, '_[0-9]+$', '') from pg_prepared_statements")
        assert {row[0] for row in await cursor.fetchall()} == {"add_user", "database_time"}
    await database.close()


@pytest.mark.parametrize(
    "unfit",
    [
        "set default_transaction_read_only = on",  # as on a primary that has become a standby
        "deallocate all",
        "prepare add_user_0 as select 1",  # whose answer was not waited for
        "alter table users alter column name type varchar(100)",  # the prepared plans no longer match
    ],
)
async def test_unusable_connections_are_dropped_and_a_new_one_does_the_work_once(config: Config, unfit: str) -> None:
    database = await db.connect(str(config.database_url), 2, timeout=0)
    before = [] if unfit.startswith("prepare") else ["Ana", "Dora"]
    await asyncio.gather(*(add_user(database, name) for name in before))
    async with database.pool.connection() as one, database.pool.connection() as other:
        left = {one, other}
        for connection in left if not unfit.startswith("alter") else ():
            async with connection.cursor() as cursor:
                await cursor.execute(unfit)
    if unfit.startswith("alter"):
        execute(str(config.database_url), unfit)
    for name in ("Ben", "Cleo"):
        assert [user.name for user in await add_user(database, name)] == [name]
    async with database.pool.connection() as one, database.pool.connection() as other:
        assert left.isdisjoint({one, other})
    assert all(connection.closed for connection in left)
    await database.close()
    stored = execute(str(config.database_url), "select name from users order by name")
    assert stored == [(name,) for name in sorted([*before, "Ben", "Cleo"])]


async def test_a_postgresql_that_accepts_no_writes_counts_as_unavailable(config: Config) -> None:
    name = psycopg2.extensions.parse_dsn(str(config.database_url))["dbname"]
    execute(str(config.database_url), f"alter database {name} set default_transaction_read_only = on")
    try:
        database = await db.connect(str(config.database_url), 1, timeout=0)
        with pytest.raises(db.UnknownOutcome, match="in a read-only transaction"):
            await database.execute_once(
                "add_user", User, name="Ana", name_key="ana", name_skeleton="ana", password_hash="!"
            )
        await database.close()
    finally:
        may_write = psycopg2.extensions.make_dsn(config.database_url, options="-c default_transaction_read_only=off")
        execute(may_write, f"alter database {name} reset default_transaction_read_only")


async def test_every_page_needs_only_one_database_connection(serve: Serve) -> None:
    """If every request held one connection and waited for a second, all of them would wait for ever."""
    url = await serve(database_connections=1, database_timeout=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        paths = {route.path for route in ROUTES if route.method in {"GET", "*"}} - {"/messages/ws"}
        assert len(paths) > 15
        for path in paths:
            asked = path.replace("{thread}", str(thread)).replace("{token}", "x" * 43)
            answer = await ana.get(f"{asked}?name=Be")
            assert answer.status < 500, path
