"""An unsuitable PostgreSQL is reported in one clear sentence, however the server is started."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from psycopg2.extensions import make_dsn, parse_dsn

from chatserver.config.settings import Config, ConfigError
from chatserver.server.preflight import checks, postgresql
from tests.server.starting import WAYS, said, start
from tests.support.database import execute

pytestmark = pytest.mark.long

ROLES = """
create role without_rights login;
create role a_reader login;
grant select on all tables in schema public to a_reader;
grant connect on database postgres to public
"""


@pytest.fixture
def as_user(config: Config) -> Iterator[Callable[[str], str]]:
    """Returns DATABASE_URL for another user of PostgreSQL."""
    url = str(config.database_url)
    for statement in ROLES.split(";"):
        execute(url, statement)
    yield lambda user: make_dsn(**parse_dsn(url) | {"user": user})
    for role in ("without_rights", "a_reader"):
        execute(url, f"drop owned by {role}; drop role {role}")


@pytest.mark.parametrize("way", WAYS)
async def test_an_old_schema_asks_for_a_migration_and_a_newer_one_for_newer_code(config: Config, way: str) -> None:
    url = str(config.database_url)
    execute(url, "insert into migrations values ('9999_tomorrows', now())")
    try:
        said(await start(config, way), "made by a newer version of chatserver (9999_tomorrows): update the code.")
    finally:
        execute(url, "delete from migrations where name = '9999_tomorrows'")
    execute(url, "create table kept as select * from migrations; delete from migrations")
    try:
        said(await start(config, way), "older than this version: run `python -m chatserver migrate`.")
    finally:
        execute(url, "insert into migrations select * from kept; drop table kept")


@pytest.mark.parametrize("way", WAYS)
async def test_missing_privileges_of_a_database_user_are_named(
    config: Config, way: str, as_user: Callable[[str], str]
) -> None:
    code, text = await start(config, way, DATABASE_URL=as_user("a_reader"))
    assert code == 1
    assert "a_reader may not insert, update, delete in the table messages: as its owner, GRANT insert" in text
    assert "Traceback" not in text


async def test_a_database_user_who_may_read_nothing_is_reported(config: Config, as_user: Callable[[str], str]) -> None:
    url = as_user("without_rights")
    said(await start(config, "check", DATABASE_URL=url), "without_rights may not do this (permission denied for table")


async def test_a_missing_database_or_user_is_named(config: Config) -> None:
    parts = parse_dsn(str(config.database_url))
    for change, name in (({"dbname": "nowhere"}, 'database "nowhere"'), ({"user": "nobody_here"}, "nobody_here")):
        answer = await start(config, "check", DATABASE_URL=make_dsn(**parts | change))
        said(answer, name)


@pytest.mark.parametrize("url", ["postgresql://[", "postgresql://u:p@h:port/x", "postgres//u:hunter22@h/x"])
@pytest.mark.parametrize("way", WAYS)
async def test_an_invalid_url_is_reported_in_one_sentence(config: Config, url: str, way: str) -> None:
    answer = await start(config, way, DATABASE_URL=url)
    said(answer, "DATABASE_URL cannot be parsed")
    assert "hunter22" not in answer[1]


@pytest.mark.parametrize("way", WAYS)
async def test_several_hosts_without_target_session_attrs_cause_a_warning(config: Config, way: str) -> None:
    parts = parse_dsn(str(config.database_url))
    hosts = parts | {"host": f"{parts['host']},{parts['host']}", "port": f"{parts['port']},{parts['port']}"}
    for changes, warned in ((hosts, True), (hosts | {"target_session_attrs": "read-write"}, False), (parts, False)):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # so that the start fails
            taken.listen()
            port = str(taken.getsockname()[1])
            code, text = await start(config, way, DATABASE_URL=make_dsn(**changes), PORT=port)
        assert code == (0 if way == "check" else 1), text
        assert ("DATABASE_URL names several hosts without target_session_attrs" in text) is warned


async def test_a_read_only_postgresql_is_reported(config: Config) -> None:
    url = make_dsn(config.database_url, options="-c default_transaction_read_only=on")
    for way in ("check", "migrate"):
        said(await start(config, way, DATABASE_URL=url), "PostgreSQL takes no writes: name the primary in DATABASE_URL")


async def test_an_old_postgresql_is_refused(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "OLDEST", 990_000)
    with pytest.raises(ConfigError, match="which is too old: 14 or newer is required"):
        await asyncio.to_thread(checks.refuse_to_start, config)


@pytest.mark.parametrize("way", WAYS)
async def test_a_postgresql_that_acknowledges_writes_before_they_are_on_disk_is_refused(
    config: Config, way: str
) -> None:
    url = f"{config.database_url}&options=-csynchronous_commit%3Doff"
    said(await start(config, way, DATABASE_URL=url), "PostgreSQL acknowledges what is not on its disk yet")


async def test_too_many_connections_are_reported_with_a_number_that_would_work(config: Config) -> None:
    many = {"WORKERS": "8", "DATABASE_CONNECTIONS": "40"}
    said(await start(config, "check", **many), "WORKERS × DATABASE_CONNECTIONS are 320: raise max_connections, or set")
    assert await start(config, "check", DATABASE_POOLING="transaction", **many) == (0, "All is well.\n")


async def test_the_connection_limit_of_a_database_user_counts(config: Config, as_user: Callable[[str], str]) -> None:
    execute(str(config.database_url), "grant select, insert, update, delete on all tables in schema public to a_reader")
    execute(str(config.database_url), "alter role a_reader connection limit 15")
    answer = await start(config, "check", DATABASE_URL=as_user("a_reader"))
    said(
        answer,
        "lets this user have 15 connections, and WORKERS × DATABASE_CONNECTIONS are 20: raise max_connections, or",
    )
    assert "DATABASE_CONNECTIONS to 7 at most" in answer[1]


async def test_a_postgresql_without_fsync_is_refused_in_production(config: Config) -> None:
    with pytest.raises(ConfigError, match="with fsync = off"):
        await asyncio.to_thread(checks.refuse_to_start, replace(config, app_env="production"))
