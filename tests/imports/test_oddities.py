"""What sites like the original have collected in years is taken over, or listed with its reason."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chatserver.config.settings import Config
from tests.imports.conftest import Imports, counts
from tests.support.database import execute
from tests.support.original import ANA, BEGINNING, BEN, CLEO, Original

GONE, INACTIVE = 9, 4


def texts(config: Config, where: str = "true") -> list[Any]:
    query = f"select text from messages where {where} order by thread_id, seq"
    return [text for (text,) in execute(str(config.database_url), query)]


def names(config: Config, where: str = "true") -> set[str]:
    return {name for (name,) in execute(str(config.database_url), f"select name from users where {where}")}


async def test_two_threads_of_a_pair_become_one_in_the_order_of_the_times(
    imports: Imports, config: Config, tmp_path: Path
) -> None:
    original = Original(threads={1: [ANA, BEN], 2: [BEN, ANA]})
    original.says(1, ANA, "one")
    original.says(2, BEN, "two")
    original.says(1, ANA, "three")
    original.says(2, BEN, "again three", BEGINNING + timedelta(minutes=3))
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    assert done.counts == counts(people=3, threads=1, messages=4, added=4)
    assert texts(config) == ["one", "two", "three", "again three"]


async def test_texts_that_do_not_fit_are_cut_cleaned_or_left_out(
    imports: Imports, config: Config, tmp_path: Path
) -> None:
    original = Original(threads={1: [ANA, BEN]})
    for text in ("x" * 11, "a\0b", " \n", "\u200b", b"bytes"):
        original.says(1, ANA, text)
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"), MAX_MESSAGE_CHARS="10")
    assert texts(config) == ["x" * 10, "ab"]
    assert done.counts == counts(people=3, threads=1, messages=2, added=2, broken=1)
    assert done.listed == {
        "message 1": ["cut to 10 characters"],
        "message 2": ["characters that cannot be stored were left out"],
        "message 3": ["it has no text, left out"],
        "message 4": ["it has no text, left out"],
        "message 5": ["broken, left out: its text is no text"],
    }


async def test_names_that_do_not_fit_are_made_to_fit(imports: Imports, config: Config, tmp_path: Path) -> None:
    original = Original(people=[(ANA, "ana maria", True), (BEN, "ben@example.org", True), (CLEO, "Ben", True)])
    original.people += [(4, "x" * 150, True), (5, "+", True)]
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    ((fifth,),) = execute(str(config.database_url), "select user_id from imported_people where source_id = 5")
    assert names(config) == {"ana.maria", "ben", "Ben.2", "x" * 30, f"user.{fifth}"}
    assert done.counts == counts(people=5, renamed=5)
    assert done.listed["user 3"] == ["'Ben' is called 'Ben.2' here"]


async def test_whoever_is_gone_there_or_inactive_cannot_sign_in_here(
    imports: Imports, config: Config, tmp_path: Path
) -> None:
    original = Original(threads={1: [ANA, GONE], 2: [BEN, INACTIVE]})
    original.people.append((INACTIVE, "dan", False))
    original.says(1, GONE, "Farewell")
    original.says(1, 12, "I was never in it")
    original.says(2, INACTIVE, "Hello")
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    assert done.counts == counts(people=6, threads=2, messages=3, added=3)
    assert done.listed["thread 1"] == ["user 12 is not in it; counted, with messages: 1"]
    assert len(names(config, "disabled_at is not null and name ~ '^user[.]'")) == 2
    assert names(config, "disabled_at is not null") > {"dan"}
    url = str(config.database_url)
    assert execute(url, "select subject from identities order by subject") == [("1",), ("2",), ("3",), ("4",)]
    counted = execute(url, "select sent, read_seq from participants order by thread_id, sent")
    assert counted == [(0, 2), (1, 2), (0, 1), (1, 1)]
    assert texts(config) == ["Farewell", "I was never in it", "Hello"]


async def test_threads_of_one_or_of_nobody_are_left_out(imports: Imports, config: Config, tmp_path: Path) -> None:
    original = Original(threads={1: [ANA], 2: [], 3: [ANA, ANA], 4: [ANA, BEN]})
    for thread in (1, 2, 3, 4, 5):
        original.says(thread, ANA, "Is anybody there?")
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    assert done.counts == counts(people=3, threads=1, messages=1, added=1)
    assert {place: what for place, (what,) in done.listed.items()} == {
        f"thread {thread}": f"people in it: {people}; left out, with messages: 1"
        for thread, people in ((1, 1), (2, 0), (3, 1), (5, 0))
    }


async def test_times_that_cannot_be_are_mended_or_listed(imports: Imports, config: Config, tmp_path: Path) -> None:
    original = Original(threads={1: [ANA, BEN]})
    original.says(1, ANA, "no time", "")
    original.says(1, ANA, "year 0", "0000-00-00 00:00:00")
    original.says(1, ANA, "from the future", datetime(2999, 1, 1, tzinfo=UTC))
    original.says(1, ANA, "number", 7)
    done = await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
    assert done.counts == counts(people=3, threads=1, messages=1, added=1, redated=1, broken=3)
    assert execute(str(config.database_url), "select sent_at <= now() from messages") == [(True,)]


async def test_subs_that_cannot_be_or_stand_twice_open_no_account(
    imports: Imports, config: Config, tmp_path: Path
) -> None:
    original = Original(people=[(ANA, "one two", True), (BEN, "ben", True), (CLEO, "cleo", True)])
    path = original.in_sqlite(tmp_path / "db.sqlite3")
    done = await imports(path, "--sub", "username")
    assert "no token opens this account" in done.listed["user 1"][0]
    done = await imports(path, "--sub", "last_name")
    assert execute(str(config.database_url), "select subject from identities order by 1") == [("ben",), ("cleo",)]
    assert names(config) == {"one.two", "ben", "cleo"}
    assert done.counts == counts(people=3)


def reversed_dump(original: Original, path: Path, more: list[str]) -> str:
    """Writes a dump from its end to its beginning, with more lines behind it."""
    lines = Path(original.in_lines(path)).read_text("utf-8").splitlines()[::-1]
    path.write_text("\ufeff" + "\n".join([*lines, *more]), "utf-8")
    return str(path)


async def test_the_lines_of_a_dump_come_in_any_order_and_broken_ones_are_listed(
    imports: Imports, config: Config, tmp_path: Path
) -> None:
    original = Original(threads={1: [ANA, BEN], 2: [ANA, BEN, CLEO]})
    original.says(1, ANA, "one")
    original.says(2, BEN, "two")
    original.says(1, BEN, "three e\ud800nd")
    broken = [
        '{"model": "privatemessages.message", "pk": 7', "[" * 100_000, '"text"', "\x00",
        json.dumps({"model": "privatemessages.message", "pk": 8, "fields": {"text": "x" * 2**20}}),
        json.dumps({"model": "privatemessages.message", "pk": True, "fields": {"text": "x"}}),
        json.dumps({"model": "privatemessages.message", "pk": 9, "fields": [1]}),
    ]  # fmt: skip
    other = ['{"model": "sessions.session", "pk": "x", "fields": {}}', ""]
    done = await imports(reversed_dump(original, tmp_path / "dump.jsonl", [*broken, *other]))
    assert done.counts == counts(people=3, threads=2, messages=3, added=3, broken=7)
    assert sorted(texts(config)) == ["one", "three end", "two"]
    assert "line 13" in done.listed
    assert done.listed["line 1, message 3"] == ["characters that cannot be stored were left out"]
    assert "xxx" not in str(done.listed)
