"""Traps of aiopg: a cancellation that comes with an answer, and a connection that is closed twice; and what each call
may count on: a write is seen out, one connection is enough, time is never longer than the limit."""

import asyncio
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import psycopg2
import pytest

from chatserver.accounts.accounts import Stored, User
from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.database.migrations import MigrationError, check_schema
from chatserver.server.preflight.checks import refuse_to_start
from chatserver.web.routes import ROUTES
from tests.support.database import execute, lock_is_waited_for
from tests.support.people import PATIENCE, Person
from tests.support.proxy import Proxy
from tests.support.servers import Serve

END_CONNECTIONS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chatserver'"


async def test_a_task_that_is_cancelled_while_its_answer_arrives_ends(config: Config) -> None:
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, timeout=0)
    with closing(psycopg2.connect(config.database_url)) as holding_up:
        holding_up.cursor().execute("lock table users in access exclusive mode")
        asked = asyncio.create_task(database.query("user_by_id", Stored, user_id=1))
        await lock_is_waited_for(config)
        asyncio.get_running_loop().call_later(0, asked.cancel)
    time.sleep(0.2)  # noqa: ASYNC251  # both are there when the loop looks again
    await asyncio.wait([asked])
    await database.close()
    assert asked.cancelled()


async def test_a_connection_that_a_cancelled_query_closed_is_not_closed_again(config: Config) -> None:
    """Its descriptor is another's by then."""
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
        with pytest.raises(TypeError, match=r"the columns \('id', 'name'\) are not the fields"):
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
        assert database.pool.used == 1  # still under way
    await database.close()
    assert execute(config.database_url, "select name from users") == [("Ana",)]


@pytest.mark.parametrize(
    "unfit",
    [
        "set default_transaction_read_only = on",  # as of a primary that has become a standby
        "deallocate all",
        "alter table users alter column name type varchar(100)",  # the plans no longer fit
    ],
)
async def test_unusable_connections_are_dropped_and_a_new_one_does_the_work_once(config: Config, unfit: str) -> None:
    database = await db.connect(str(config.database_url), 2, timeout=0)
    async with database.pool.connection() as one, database.pool.connection() as other:
        left = {one, other}
        for connection in left:
            async with connection.cursor() as cursor:
                await cursor.execute("execute add_user_2('Ana', 'ana', 'ana', '!')")
        for connection in left if unfit.startswith(("set", "deallocate")) else ():
            async with connection.cursor() as cursor:
                await cursor.execute(unfit)
    if unfit.startswith("alter"):
        execute(str(config.database_url), unfit)
    for name in ("Ben", "Cleo"):
        made = await database.execute_once(
            "add_user", User, name=name, name_key=name.lower(), name_skeleton=name.lower(), password_hash="!"
        )
        assert [user.name for user in made] == [name]
    async with database.pool.connection() as one, database.pool.connection() as other:
        assert left.isdisjoint({one, other})
    assert all(connection.closed for connection in left)
    await database.close()
    assert execute(str(config.database_url), "select name from users order by id") == [("Ana",), ("Ben",), ("Cleo",)]


async def test_a_postgresql_that_takes_no_writes_at_all_counts_as_away(config: Config) -> None:
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
    """Whoever holds one and asks for another waits for ever, should all do so at once."""
    url = await serve(database_connections=1, database_timeout=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        paths = {route.path for route in ROUTES if route.method in {"GET", "*"}} - {"/messages/ws"}
        assert len(paths) > 15
        for path in paths:
            asked = path.replace("{thread}", str(thread)).replace("{token}", "x" * 43)
            answer = await ana.get(f"{asked}?name=Be")
            assert answer.status < 500, path


async def test_a_page_is_refused_in_time_when_postgresql_accepts_connections_but_stays_silent(
    config: Config, serve: Serve
) -> None:
    """The limit holds for all attempts to connect together: the first one uses it up."""
    proxy = relay(config)
    url = await serve(database_url=tcp_url(config, await proxy.start()), database_timeout=0.5)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        execute(str(config.database_url), END_CONNECTIONS)
        async with asyncio.timeout(PATIENCE):
            while proxy.alive > 0:
                await asyncio.sleep(0.01)
        proxy.silent = True
        assert (await ana.get("/messages/")).status == 503
        assert proxy.alive == 1
        proxy.silent = False
        assert (await ana.get("/messages/")).status == 200
    await proxy.stop()


@pytest.mark.parametrize("how", ["the URL", "PGHOST"])
async def test_of_two_addresses_that_accept_connections_the_answering_one_is_used(
    config: Config, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    mute, answering = relay(config), relay(config)
    mute.silent = True
    url = tcp_url(config, await mute.start(), await answering.start())
    if how == "PGHOST":
        given = psycopg2.extensions.parse_dsn(url)
        monkeypatch.setenv("PGHOST", given["host"])
        monkeypatch.setenv("PGPORT", given["port"])
        url = f"postgresql://{given['user']}@/{given['dbname']}"
    database = await db.connect(url, 1, timeout=1)
    assert await database.query_one("database_time", datetime)
    await database.close()
    await mute.stop()
    await answering.stop()


async def test_libpqs_variables_that_would_change_what_is_stored_do_not_count(
    config: Config, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("PGCLIENTENCODING", "LATIN1"), ("PGOPTIONS", "-c search_path=elsewhere"), ("PGTZ", "Asia/Tokyo"),
        ("PGDATESTYLE", "German"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    refuse_to_start(config)
    url = await serve()
    async with Person(url, "Ana") as ana, Person(url, "Клео") as cleo:
        await ana.sign_up()
        socket = await ana.socket()
        await (await cleo.sign_up()).writes_to(ana, "Привет, Ана!")
        told = await socket.receives("message", text="Привет, Ана!")
    sent_at = datetime.fromisoformat(told["at"])
    assert abs(datetime.now(UTC) - sent_at) < timedelta(minutes=5)


@pytest.mark.parametrize("how", ["host in the URL", "PGHOST", "a service of the URL", "PGSERVICE"])
async def test_serving_and_migrating_reach_the_same_postgresql_however_it_is_named(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    given = psycopg2.extensions.parse_dsn(str(config.database_url))
    url, place = f"postgresql://{given['user']}@/{given['dbname']}", {"host": given["host"], "port": given["port"]}
    (tmp_path / "services").write_text("\n".join(["[chat]", *(f"{name}={value}" for name, value in place.items())]))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    match how:
        case "host in the URL":
            url = str(config.database_url)
        case "PGHOST":
            monkeypatch.setenv("PGHOST", place["host"])
            monkeypatch.setenv("PGPORT", place["port"])
        case "a service of the URL":
            url += "?service=chat"
        case "PGSERVICE":
            monkeypatch.setenv("PGSERVICE", "chat")
    refuse_to_start(replace(config, database_url=url))
    database = await db.connect(url, 1, timeout=1)
    await database.close()


async def test_serving_keeps_the_options_of_the_url_as_migrating_does(config: Config) -> None:
    url = f"{config.database_url}&options=-csearch_path%3Delsewhere"
    with pytest.raises(MigrationError, match="older than this version"):
        check_schema(url)
    with pytest.raises(psycopg2.errors.UndefinedTable):
        await db.connect(url, 1, timeout=1)


def relay(config: Config) -> Proxy:
    """Between a server and PostgreSQL."""
    given = psycopg2.extensions.parse_dsn(str(config.database_url))
    return Proxy(lambda: asyncio.open_unix_connection(f"{given['host']}/.s.PGSQL.{given['port']}"))


def tcp_url(config: Config, *ports: int) -> str:
    given = psycopg2.extensions.parse_dsn(str(config.database_url))
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"postgresql://{given['user']}@{hosts}/{given['dbname']}"
