"""Migrations while people talk."""

import os
import signal
import time
from contextlib import closing

import psycopg2
import pytest

from chatserver.database import migrations
from chatserver.server.schema import migrate
from tests.faults.checker import Report
from tests.production.databases import while_people_talk
from tests.production.judging import judge
from tests.production.stage import Stage
from tests.support.processes import children

pytestmark = pytest.mark.usefixtures("restored")

TOMORROWS = """
select pg_sleep(1);
alter table messages add column edited_at timestamptz;
alter table users add column motto text not null default '';
create table stickers (thread_id bigint not null, seq bigint not null, user_id bigint not null references users,
    primary key (thread_id, seq, user_id));
create index stickers_by_user on stickers (user_id);
"""


async def test_a_migration_runs_while_people_talk_and_running_servers_continue(
    talk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    todays = migrations._files()  # noqa: SLF001
    monkeypatch.setattr(migrations, "_files", lambda: {**todays, "9999_tomorrows": TOMORROWS})
    await talk.people_talk(10)
    report = Report("a migration while people talk")
    assert await while_people_talk(talk, migrate, talk.owner_url) == ["9999_tomorrows"]
    # A process that dies meanwhile is restarted; one that is started by hand reports that it is too old.
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
            cursor.execute("drop table stickers; alter table messages drop edited_at; alter table users drop motto; "
                           "delete from migrations where name = '9999_tomorrows'")  # fmt: skip


async def test_a_migration_that_waits_for_a_lock_does_not_block_everyone_else(
    talk: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    todays = migrations._files()  # noqa: SLF001
    added = {"9998_waits": "alter table messages add column pinned_at timestamptz"}
    monkeypatch.setattr(migrations, "_files", lambda: {**todays, **added})
    monkeypatch.setattr(migrations, "ATTEMPTS", 2)
    await talk.people_talk(3)
    report = Report("a migration that waits for a lock")
    with closing(psycopg2.connect(talk.owner_url)) as somebody:
        somebody.cursor().execute("select count(*) from messages")  # without committing
        await while_people_talk(talk, gives_up, talk.owner_url)
    await judge(talk, report, time.monotonic())


def gives_up(database_url: str) -> None:
    with pytest.raises(migrations.MigrationError, match="found its tables locked"):
        migrate(database_url)
