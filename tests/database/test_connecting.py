"""Connecting: to an address that answers in time, of all that are named, with the settings of the URL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from chatserver.accounts.accounts import User
from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.database.migrations import MigrationError, check_schema
from chatserver.server.preflight.checks import refuse_to_start
from tests.support.database import execute
from tests.support.people import PATIENCE, Person
from tests.support.proxy import Proxy
from tests.support.servers import Serve

END_CONNECTIONS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'chatserver'"


async def test_a_page_is_refused_in_time_when_postgresql_accepts_connections_but_stays_silent(
    config: Config, serve: Serve
) -> None:
    """The time limit applies to all connection attempts together: the first one uses it up."""
    proxy = relay(config)
    database_url = tcp_url(config, await proxy.start())
    url = await serve(database_url=database_url, database_timeout=0.5, repair_interval=0, search_interval=0)
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


async def test_libpq_variables_that_would_change_stored_data_are_ignored(
    config: Config, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("PGCLIENTENCODING", "LATIN1"), ("PGOPTIONS", "-c search_path=elsewhere"), ("PGTZ", "Asia/Tokyo"),
        ("PGDATESTYLE", "German"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    await asyncio.to_thread(refuse_to_start, config)
    url = await serve()
    async with Person(url, "Ana") as ana, Person(url, "Клео") as cleo:
        await ana.sign_up()
        socket = await ana.socket()
        await (await cleo.sign_up()).writes_to(ana, "Привет, Ана!")
        message = await socket.receives("message", text="Привет, Ана!")
    sent_at = datetime.fromisoformat(message["at"])
    assert abs(datetime.now(UTC) - sent_at) < timedelta(minutes=5)


@pytest.mark.parametrize("how", ["host in the URL", "PGHOST", "a service of the URL", "PGSERVICE"])
async def test_serving_and_migrating_reach_the_same_postgresql_whatever_the_url(
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
    await asyncio.to_thread(refuse_to_start, replace(config, database_url=url))
    database = await db.connect(url, 1, timeout=1)
    await database.close()


async def test_serving_keeps_the_options_of_the_url_as_migrating_does(config: Config) -> None:
    url = f"{config.database_url}&options=-csearch_path%3Delsewhere"
    with pytest.raises(MigrationError, match="older than this version"):
        check_schema(url)
    database = await db.connect(url, 1, timeout=0)
    with pytest.raises(psycopg2.errors.UndefinedTable):
        await database.query("user_by_id", User, user_id=1)
    await database.close()


def relay(config: Config) -> Proxy:
    """A relay between a server and PostgreSQL."""
    given = psycopg2.extensions.parse_dsn(str(config.database_url))
    return Proxy(lambda: asyncio.open_unix_connection(f"{given['host']}/.s.PGSQL.{given['port']}"))


def tcp_url(config: Config, *ports: int) -> str:
    given = psycopg2.extensions.parse_dsn(str(config.database_url))
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"postgresql://{given['user']}@{hosts}/{given['dbname']}"
