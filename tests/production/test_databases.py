"""PostgreSQL behind PgBouncer, and on several hosts."""

import signal
import time
from contextlib import closing
from typing import Any

import aiohttp
import psycopg2
import pytest

from tests.faults.checker import Report
from tests.production.files import render
from tests.production.judging import judge
from tests.production.programs import program
from tests.production.stage import SECRET, Stage
from tests.support.ports import unused_port

pytestmark = pytest.mark.usefixtures("restored")


async def test_nothing_is_lost_behind_a_pgbouncer_that_pools_transactions(talk: Stage) -> None:
    place, port = talk.folder / "pgbouncer", unused_port()
    place.mkdir()
    (place / "userlist.txt").write_text(f'"chatserver" "{SECRET}"\n')
    config = render("pgbouncer.ini", place / "pgbouncer.ini").replace(
        ("port=5432", f"port={talk.ports['postgres']}"),
        ("/etc/pgbouncer/userlist.txt", place / "userlist.txt"),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("pool_size=20", "pool_size=3"),  # fewer than the chat's, so that they are really shared
    )
    talk.run("pgbouncer", program("pgbouncer"), config.write())
    url = talk.database("chatserver", SECRET, port)
    talk.wait_for(lambda: psycopg2.connect(url).close())
    code, sentence = talk.check(DATABASE_URL=url)
    assert code == 1
    assert "set DATABASE_POOLING=transaction" in sentence
    assert talk.check(DATABASE_URL=url, DATABASE_POOLING="transaction") == (0, "All is well.\n")
    await talk.restart_with(DATABASE_URL=url, DATABASE_POOLING="transaction")
    await talk.people_talk(10)
    report = Report("through PgBouncer")
    await talk.restart(1)
    await judge(talk, report, time.monotonic())
    async with aiohttp.ClientSession(headers={"Cookie": talk.talkers[0].cookie}) as http:
        for path in ("/messages/", f"/messages/chat/{talk.talkers[0].threads[0]}/", "/messages/people?q=user"):
            async with http.get(talk.url + path, ssl=talk.trust) as response:
                assert response.status == 200, path
    await talk.everyone_leaves()
    await talk.restart_with()
    talk.end("pgbouncer", signal.SIGINT)


async def test_a_dead_host_in_the_list_is_skipped(talk: Stage) -> None:
    hosts = f"127.0.0.1:{unused_port()},127.0.0.1:{talk.ports['postgres']}"
    url = f"postgresql://chatserver:{SECRET}@{hosts}/chatserver?target_session_attrs=read-write"
    await talk.restart_with(DATABASE_URL=url)
    await talk.people_talk(3)
    await judge(talk, Report("a dead host in the list"), time.monotonic())


async def test_a_synchronous_standby_takes_over_and_nothing_is_lost(talk: Stage) -> None:
    first = talk.ports["postgres"]
    standby = start_standby(talk, "postgres-second")
    as_superuser(talk, first, "alter system set synchronous_standby_names = '*'", "select pg_reload_conf()")
    talk.wait_for(lambda: as_superuser(talk, first, "show synchronous_standby_names").index(("*",)))
    as_superuser(talk, first, "checkpoint", "select 1")  # after it, commits wait for the standby
    await talk.restart_with(DATABASE_URL=both(talk, first, standby))
    await talk.people_talk(10)
    report = Report("a standby takes over")
    talk.end("postgres", signal.SIGQUIT)
    promoted = promote(talk, "postgres-second", standby)
    await talk.ready()
    await judge(talk, report, promoted)


async def test_a_standby_takes_over_from_a_read_only_primary_and_nothing_is_lost(
    talk: Stage,
) -> None:
    """Its connections also stay open: only a write shows that it is no longer the primary."""
    first = talk.ports["postgres"]
    standby = start_standby(talk, "postgres-third")
    await talk.restart_with(DATABASE_URL=both(talk, first, standby))
    await talk.people_talk(10)
    report = Report("a primary takes no writes any more")
    fenced = time.monotonic()
    as_superuser(talk, first, "alter system set default_transaction_read_only = on", "select pg_reload_conf()")
    await talk.until(lambda: any(talker.unavailable > fenced for talker in talk.talkers), 10)
    caught_up = "select from pg_stat_replication where replay_lsn = pg_current_wal_lsn()"
    talk.wait_for(lambda: as_superuser(talk, first, caught_up)[0])
    promoted = promote(talk, "postgres-third", standby)
    await judge(talk, report, promoted)
    assert as_superuser(talk, first, "show default_transaction_read_only") == [("on",)]
    talk.end("postgres-second", signal.SIGINT)


def start_standby(stage: Stage, name: str) -> int:
    """Starts a standby of the primary and returns its port."""
    port, data = unused_port(), stage.folder / name / "data"
    primary = ("-h", stage.folder / "run", "-p", stage.ports["postgres"], "-U", "postgres")
    stage.once(program("pg_basebackup"), *primary, "-c", "fast", "-R", "-D", data)
    stage.start_postgres(name, port)
    return port


def as_superuser(stage: Stage, port: int, *statements: str) -> list[tuple[Any, ...]]:
    """Runs the statements and returns the rows of the last one."""
    with closing(psycopg2.connect(host=stage.folder / "run", port=port, user="postgres")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def both(stage: Stage, *ports: int) -> str:
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"postgresql://chatserver:{SECRET}@{hosts}/chatserver?target_session_attrs=read-write"


def promote(stage: Stage, name: str, port: int) -> float:
    """Makes the standby the stage's primary; returns the time of it."""
    stage.once(program("pg_ctl"), "promote", "-D", stage.folder / name / "data")
    stage.ports["postgres"] = port
    stage.owner_url = stage.servers.database_url = stage.database("chatserver_owner", f"{SECRET}-owner", port)
    stage.database_url = stage.database("chatserver", SECRET, port)
    return time.monotonic()
