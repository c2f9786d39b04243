"""PostgreSQL in the ways it is run: behind PgBouncer, on several hosts, backed up, migrated while people talk."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from typing import Any

import aiohttp
import psycopg2
import pytest
from aiohttp.test_utils import unused_port

from chatserver.database import migrations
from chatserver.server.schema import migrate
from tests.faults.checker import Report
from tests.faults.world import children
from tests.production.files import render
from tests.production.programs import program
from tests.production.stage import SECRET, Stage
from tests.production.test_story import judge
from tests.support.people import PATIENCE


@pytest.fixture(autouse=True)
async def restored(stage: Stage) -> AsyncIterator[None]:
    """The settings are as they were, for the next test."""
    yield
    await stage.everyone_leaves()
    await stage.restart_with()


async def while_people_talk(stage: Stage, work: Callable[..., object], *arguments: object) -> object:
    """In a thread, so that they do talk: messages are stored and shown meanwhile, and nobody is refused."""
    stored, shown = said(stage)
    result = await asyncio.to_thread(work, *arguments)
    stored_now, shown_now = said(stage)
    assert stored_now > stored
    assert shown_now > shown
    assert not any(talker.unavailable for talker in stage.talkers)
    return result


def said(stage: Stage) -> tuple[int, int]:
    """How many messages were acknowledged, and how many stand on screens."""
    views = [view for talker in stage.talkers for view in talker.views.values()]
    return sum(len(talker.acknowledged) for talker in stage.talkers), sum(len(view.ids) for view in views)


async def test_behind_a_pgbouncer_that_pools_transactions_nothing_is_lost(talk: Stage) -> None:
    place, port = talk.folder / "pgbouncer", unused_port()
    place.mkdir()
    (place / "userlist.txt").write_text(f'"chatserver" "{SECRET}"\n')
    config = render("pgbouncer.ini", place / "pgbouncer.ini").replace(
        ("port=5432", f"port={talk.ports['postgres']}"),
        ("/etc/pgbouncer/userlist.txt", place / "userlist.txt"),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("pool_size=20", "pool_size=3"),  # fewer than ours, so that they are really shared
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


async def test_a_dead_host_in_the_list_is_passed_over(talk: Stage) -> None:
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
    as_superuser(talk, first, "checkpoint", "select 1")  # only what makes them tells all to wait for the standby
    await talk.restart_with(DATABASE_URL=both(talk, first, standby))
    await talk.people_talk(10)
    report = Report("a standby takes over")
    talk.end("postgres", signal.SIGQUIT)
    promoted = promote(talk, "postgres-second", standby)
    await talk.ready()
    await judge(talk, report, promoted)


async def test_of_a_primary_that_lives_on_and_takes_no_writes_the_standby_takes_over_and_nothing_is_lost(
    talk: Stage,
) -> None:
    """Its connections live on, too: nothing but a write tells that it is the primary no more."""
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
    """Of the primary; returns its port."""
    port, data = unused_port(), stage.folder / name / "data"
    primary = ("-h", stage.folder / "run", "-p", stage.ports["postgres"], "-U", "postgres")
    stage.once(program("pg_basebackup"), *primary, "-c", "fast", "-R", "-D", data)
    stage.start_postgres(name, port)
    return port


def as_superuser(stage: Stage, port: int, *statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last."""
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
    """It is the stage's primary from now on; returns when."""
    stage.once(program("pg_ctl"), "promote", "-D", stage.folder / name / "data")
    stage.ports["postgres"] = port
    stage.owner_url = stage.servers.database_url = stage.database("chatserver_owner", f"{SECRET}-owner", port)
    stage.database_url = stage.database("chatserver", SECRET, port)
    return time.monotonic()


async def test_a_backup_made_while_people_talk_has_all_that_was_promised_before(talk: Stage) -> None:
    made = await talk.provision(users=4, threads=2, messages=250)
    await talk.people_talk(10)
    report, dump = Report("a backup while people talk"), talk.folder / "postgres" / "chatserver.dump"
    promised = {id for talker in talk.talkers for id in talker.acknowledged}
    with closing(psycopg2.connect(talk.owner_url)) as holding_up:
        holding_up.cursor().execute("lock table password_resets")  # which talking does not need, but a dump does
        dumping = asyncio.create_task(
            asyncio.to_thread(talk.once, program("pg_dump"), "-Fc", "-f", dump, talk.owner_url)
        )
        await asyncio.to_thread(pg_dump_waits, talk.owner_url)
        stored, _ = said(talk)
        async with asyncio.timeout(PATIENCE):
            while said(talk)[0] < stored + 10:
                await asyncio.sleep(0.05)
    await dumping
    await judge(talk, report, time.monotonic())
    await talk.everyone_leaves()
    port = unused_port()
    talk.start_postgres("postgres-fresh", port)
    fresh_owner = talk.database("chatserver_owner", f"{SECRET}-owner", port)
    talk.once(program("pg_restore"), "--no-owner", "--exit-on-error", "-d", fresh_owner, dump)
    live, restored = conversations(talk.owner_url), conversations(fresh_owner)
    assert restored.keys() == live.keys()
    for thread, messages in restored.items():
        assert messages == live[thread][: len(messages)]
        assert [seq for seq, *_ in messages] == list(range(1, len(messages) + 1))
    assert promised <= {id for messages in restored.values() for _, id, *_ in messages}
    before = await everything(talk, made)
    url = talk.database("chatserver", SECRET, port)
    assert talk.check(DATABASE_URL=url) == (0, "All is well.\n")
    await talk.restart_with(DATABASE_URL=url)
    assert await everything(talk, made) == before
    assert len(before[0]) == 250
    await talk.restart_with()
    talk.end("postgres-fresh", signal.SIGINT)


def pg_dump_waits(database_url: str) -> None:
    """For a lock, so that its snapshot of the database is taken."""
    question = "select from pg_stat_activity where application_name = 'pg_dump' and wait_event_type = 'Lock'"
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        deadline = time.monotonic() + PATIENCE
        while not cursor.rowcount > 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
            cursor.execute(question)


def conversations(database_url: str) -> dict[int, list[tuple[Any, ...]]]:
    """Every message of every thread, as a database has them."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select thread_id, seq, client_id::text, sender_id, text, sent_at from messages order by 1, 2")
        for thread, *message in cursor:
            found.setdefault(thread, []).append(tuple(message))
    return found


async def everything(stage: Stage, made: dict[str, Any]) -> list[Any]:
    """All messages of all threads, as their people get them."""
    found = []
    async with aiohttp.ClientSession() as http:
        for thread in made["threads"]:
            messages: list[Any] = []
            before = ""
            cookie = made["users"][thread["members"][0]]["cookie"]
            while True:
                url = f"{stage.url}/messages/chat/{thread['id']}/history{before}"
                async with http.get(url, headers={"Cookie": cookie}, ssl=stage.trust) as response:
                    page = await response.json()
                messages = page["messages"] + messages
                if not page["more"]:
                    break
                before = f"?before={messages[0]['seq']}"
            found.append(messages)
    return found


TOMORROWS = """
select pg_sleep(1);
alter table messages add column edited_at timestamptz;
alter table users add column motto text not null default '';
create table reactions (thread_id bigint not null, seq bigint not null, user_id bigint not null references users,
    primary key (thread_id, seq, user_id));
create index reactions_by_user on reactions (user_id);
"""


async def test_a_migration_runs_while_people_talk_and_what_runs_goes_on(
    talk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    todays = migrations._files()  # noqa: SLF001
    monkeypatch.setattr(migrations, "_files", lambda: {**todays, "9999_tomorrows": TOMORROWS})
    await talk.people_talk(10)
    report = Report("a migration while people talk")
    assert await while_people_talk(talk, migrate, talk.owner_url) == ["9999_tomorrows"]
    # A process that dies meanwhile comes back; one that is started by hand says that it is too old.
    os.kill(children(talk.process("gunicorn-1").pid)[0], signal.SIGKILL)
    code, sentence = talk.check()
    assert code == 1
    assert "made by a newer version of chatserver (9999_tomorrows): update the code" in sentence
    try:
        await judge(talk, report, time.monotonic())
        await talk.instance_ready(1)
    finally:
        await talk.everyone_leaves()
        with closing(psycopg2.connect(talk.owner_url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("drop table reactions; alter table messages drop edited_at; alter table users drop motto; "
                           "delete from migrations where name = '9999_tomorrows'")  # fmt: skip


async def test_a_migration_never_makes_everyone_wait_behind_somebody_elses_lock(
    talk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    todays = migrations._files()  # noqa: SLF001
    added = {"9998_waits": "alter table messages add column pinned_at timestamptz"}
    monkeypatch.setattr(migrations, "_files", lambda: {**todays, **added})
    monkeypatch.setattr(migrations, "ATTEMPTS", 2)
    await talk.people_talk(3)
    report = Report("a migration that waits for a lock")
    with closing(psycopg2.connect(talk.owner_url)) as somebody:
        somebody.cursor().execute("select count(*) from messages")  # and never commits
        await while_people_talk(talk, gives_up, talk.owner_url)
    await judge(talk, report, time.monotonic())


def gives_up(database_url: str) -> None:
    with pytest.raises(migrations.MigrationError, match="found its tables locked"):
        migrate(database_url)
