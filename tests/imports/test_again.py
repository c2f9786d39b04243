"""An import runs again: it adds what is new, also after it broke off, and what was changed here stays."""

import asyncio
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from chatserver.config.settings import Config
from chatserver.imports.messages import client_id
from tests.imports.conftest import Imports, counts
from tests.support.commands import chatserver
from tests.support.database import execute, holds, lock_is_waited_for
from tests.support.original import ANA, BEN, CLEO, Original
from tests.support.people import Person
from tests.support.processes import environment
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS, enters


def talk(number: int, threads: dict[int, list[int]] | None = None) -> Original:
    """A talk of Ana and Ben."""
    original = Original(threads=threads or {1: [ANA, BEN]})
    for place in range(number):
        original.says(1, (ANA, BEN)[place % 2], f"message {place + 1}")
    return original


def rows(config: Config, query: str) -> list[tuple[Any, ...]]:
    return execute(str(config.database_url), query)


async def test_a_second_import_adds_what_is_new_and_leaves_what_was_changed_here(
    imports: Imports, config: Config, serve: Serve, tmp_path: Path
) -> None:
    url = await serve(**SETTINGS)
    original = talk(4, {1: [ANA, BEN], 2: [ANA, BEN, CLEO], 3: [ANA, CLEO]})
    original.says(2, CLEO, "In the group")
    path = original.in_sqlite(tmp_path / "db.sqlite3")
    assert (await imports(path)).counts["added"] == 5
    ((pair,),) = rows(config, "select id from threads where pair_low is not null and last_seq > 0")
    ((group,),) = rows(config, "select id from threads where pair_low is null")
    # Ana gets another name and deletes a message; Ben's account is erased with what he wrote; all leave the group.
    async with Person(url, "ana") as ana:
        await enters(ana, str(ANA), name="Anna")
        socket = await ana.socket()
        await socket.deletes(pair, 1)
        await socket.receives("done")
        for name in ("Anna", "cleo"):
            assert (await chatserver(config, "thread", "remove", str(group), name))[0] == 0
    assert (await chatserver(config, "user", "erase", "ben", "--messages", "--yes"))[0] == 0
    original.says(1, ANA, "new")
    original.says(2, CLEO, "new in the group")
    original.people.append((4, "dan", True))
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    assert done.counts == counts(people=4, threads=3, messages=7, added=1)
    assert "erased here" in done.listed["thread 2"][0]
    assert rows(config, "select name from users order by id") == [("Anna",), ("",), ("cleo",), ("dan",)]
    assert [text for (text,) in rows(config, "select text from messages order by seq")] == [
        "", "", "message 3", "", "new"
    ]  # fmt: skip


async def test_an_import_that_was_killed_in_the_middle_is_completed_by_the_next(
    imports: Imports, config: Config, tmp_path: Path
) -> None:
    await imports(talk(0).in_sqlite(tmp_path / "first.sqlite3"))
    path = talk(2500).in_sqlite(tmp_path / "db.sqlite3")
    with closing(psycopg2.connect(str(config.database_url))) as holder, holder.cursor() as cursor:
        cursor.execute(  # a message of the second batch, on its way by another connection
            "insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)"
            " select min(t.id), 5000, min(u.id), %s, '', now() from threads t, users u where u.name = 'ana'",
            [client_id(1501)],
        )
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chatserver", "import-django", path, env=environment(config)
        )
        await lock_is_waited_for(config)
        running.kill()
        await running.wait()
    # PostgreSQL may still store the batch that was on its way: it is not added again.
    assert rows(config, "select count(*) from messages") in ([(1000,)], [(2000,)])
    done = await imports(path)
    assert done.counts | {"added": 0} == counts(people=3, threads=1, messages=2500)
    assert (await imports(path)).counts["added"] == 0
    assert rows(config, "select count(*), max(seq), count(distinct text) from messages") == [(2500, 2500, 2500)]
    assert rows(config, "select sent, read_seq, sent_unread from participants") == [(1250, 2500, 0)] * 2


async def test_two_imports_at_once_import_once(imports: Imports, config: Config, tmp_path: Path) -> None:
    original = talk(1500, {1: [ANA, BEN], 2: [ANA, BEN, CLEO]})
    path = original.in_sqlite(tmp_path / "db.sqlite3")
    url = str(config.database_url)
    with closing(psycopg2.connect(url)) as holder, holder.cursor() as cursor:
        cursor.execute("insert into imported_groups (issuer, source_id) values ('site', 2)")
        running = asyncio.gather(imports(path), imports(path))
        await holds(url, "select 1 from pg_stat_activity where wait_event_type = 'Lock' having count(*) = 2")
    done = await running
    assert sum(each.counts["added"] for each in done) == 1500
    assert rows(config, "select count(*) from threads") == [(2,)]
    assert rows(config, "select count(*) from users") == [(3,)]
    assert rows(config, "select count(*), max(seq), count(distinct text) from messages") == [(1500, 1500, 1500)]


async def test_an_account_that_was_linked_gets_what_its_person_wrote(
    imports: Imports, config: Config, ana: Person, tmp_path: Path
) -> None:
    assert ana.name == "Ana"
    original = talk(0)
    await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    assert (await chatserver(config, "user", "link", "Ana", str(ANA)))[0] == 0
    original.says(1, ANA, "From there")
    await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    assert rows(config, "select u.name from messages m join users u on u.id = m.sender_id") == [("Ana",)]
