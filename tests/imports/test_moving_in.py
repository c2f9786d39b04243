"""The people of the original find their conversations here, from whichever source they come."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.imports.conftest import Imports, counts
from tests.support.commands import chatserver
from tests.support.database import execute, stored
from tests.support.original import ANA, BEGINNING, BEN, CLEO, NAIVE, Original
from tests.support.people import Person
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS, enters


@pytest.fixture
def original() -> Original:
    """Ana and Ben have talked, and all three have a conversation."""
    original = Original(threads={1: [ANA, BEN], 2: [BEN, CLEO, ANA]})
    original.says(1, ANA, "Hello, Ben")
    original.says(1, BEN, "Hello, Ana\r\nHow are you?")
    original.says(2, CLEO, "Who comes tonight?")
    original.says(1, ANA, "Very well")
    return original


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(**SETTINGS)


def written(original: Original, source: str, config: Config, folder: Path) -> str:
    if source == "postgresql":
        return original.in_postgresql(str(config.database_url))
    return original.in_sqlite(folder / "db.sqlite3") if source == "sqlite" else original.in_lines(folder / "dump.jsonl")


async def history_of(person: Person, thread: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = (await person.json(f"/messages/chat/{thread}/history"))["messages"]
    return messages


@pytest.mark.parametrize("source", ["sqlite", "postgresql", "dump"])
async def test_ana_signs_in_by_the_site_and_finds_what_was_said(
    source: str, original: Original, imports: Imports, config: Config, url: URL, tmp_path: Path
) -> None:
    path = written(original, source, config, tmp_path)
    planned = await imports(path, "--dry-run")
    assert stored(config) == 0
    done = await imports(path)
    assert done == planned == (counts(people=3, threads=2, messages=4, added=4), {})
    async with Person(url, "ana") as ana:
        await enters(ana, str(ANA))
        assert (await ana.json("/messages/session"))["user"]["name"] == "ana"
        (pair,) = await _threads(config, "pair_low is not null")
        (group,) = await _threads(config, "pair_low is null")
        messages = await history_of(ana, pair)
        assert [(each["sender"]["name"], each["text"]) for each in messages] == [
            ("ana", "Hello, Ben"), ("ben", "Hello, Ana\nHow are you?"), ("ana", "Very well"),
        ]  # fmt: skip
        assert [each["at"] for each in messages] == [f"2012-11-30T10:0{minute}:00.000Z" for minute in (1, 2, 4)]
        described = (await ana.get(f"/messages/group/{group}/", headers={"Accept": "application/json"})).text
        assert '"history":"all"' in described.replace(": ", ":")
        assert '"owner":true' not in described.replace(": ", ":")
        listed = (await ana.get("/messages/")).text
        assert "unread" not in listed.partition("<main")[2].partition("<form")[0] or 'class="unread"' not in listed
        assert await _unread(config) == 0
        # And they go on talking.
        socket = await ana.socket()
        await socket.opens(pair, after=3)
        await socket.sends(pair, "As I said")
        assert (await socket.receives("sent"))["seq"] == 4


async def _threads(config: Config, which: str) -> list[int]:
    return [id_ for (id_,) in execute(str(config.database_url), f"select id from threads where {which}")]


async def _unread(config: Config) -> int:
    return int(
        execute(
            str(config.database_url),
            "select sum(last_seq - read_seq - sent_unread) from participants join threads on id = thread_id",
        )[0][0]
    )


async def test_a_column_of_the_site_may_be_the_sub(
    original: Original, imports: Imports, url: URL, tmp_path: Path
) -> None:
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"), "--sub", "email")
    assert done.listed == {}
    async with Person(url, "ben") as ben:
        await enters(ben, "2@example.org")
        assert (await ben.json("/messages/session"))["user"]["name"] == "ben"


def with_a_view(original: Original, path: Path) -> str:
    """Writes a database whose schema looks around where it is opened."""
    original.in_sqlite(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("drop table auth_user")
        looks = "select seq + 1 as id, file as username, 1 as is_active from pragma_database_list"
        database.execute(f"create view auth_user as {looks}")
    return str(path)


async def test_the_site_is_refused_before_anything_is_done(original: Original, config: Config, tmp_path: Path) -> None:
    url = str(config.database_url)
    original.says(1, BEN, "No zone", "2012-11-30T12:00:00")
    naive, empty = original.in_lines(tmp_path / "naive.jsonl"), tmp_path / "empty.sqlite3"
    empty.write_bytes(b"SQLite format 3\0")
    hostile = with_a_view(original, tmp_path / "hostile.sqlite3")
    one_list = tmp_path / "list.json"
    one_list.write_text("[{}]")
    original.messages.pop()
    original.in_sqlite(tmp_path / "db.sqlite3")
    for arguments, sentence in (
        ((naive,), "have no zone"),
        ((str(tmp_path / "nowhere"),), "No such file"),
        ((str(one_list),), "--format jsonl"),
        ((str(empty),), "cannot be read"),
        ((hostile,), "unsafe use"),
        ((url.replace("@", ":secret-word@", 1),), "must not have a password"),
        (("postgresql://127.0.0.1:1/none",), "cannot be read"),
        ((str(tmp_path / "db.sqlite3"), "--sub", "id; drop table"), "has no column"),
        ((naive, "--time-zone", "Mars/Olympus"), "no such time zone"),
        ((original.in_postgresql(url, NAIVE),), "have no zone"),
    ):
        code, output, errors = await chatserver(config, "import-django", *arguments)
        assert (code, output) == (1, ""), arguments
        assert sentence in errors
        assert errors.startswith("chatserver: ")
        assert "secret-word" not in errors
    assert stored(config) == 0


@pytest.mark.parametrize(("zone", "hour"), [(None, 10), ("Europe/Moscow", 6)])
async def test_times_without_a_zone_are_of_the_named_one(
    zone: str | None, hour: int, original: Original, imports: Imports, config: Config, tmp_path: Path
) -> None:
    original.messages[:] = []
    original.says(1, ANA, "Good morning", BEGINNING)
    await imports(original.in_sqlite(tmp_path / "db.sqlite3"), *(["--time-zone", zone] if zone else []))
    ((at,),) = execute(str(config.database_url), "select sent_at at time zone 'UTC' from messages")
    assert (at.hour, at.minute) == (hour, 0)
