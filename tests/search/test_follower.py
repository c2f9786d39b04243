"""The index follows what is sent and changed: behind, killed, doubled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import psycopg2
import pytest

from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.database.client import Database
from chatserver.search.finding import FIRST_MOMENT, LAST_MOMENT, Place, Scope, find
from chatserver.search.follower import SearchFollower
from chatserver.search.levels import Level, exactly, phrases_of
from chatserver.search.runs import PIECE
from chatserver.search.terms import read_terms
from tests.support.changing import Changes, changing
from tests.support.commands import chatserver
from tests.support.database import execute, lock_is_waited_for
from tests.support.people import Person
from tests.support.searching import IS_BEHIND, a_moment_later, finds, pieces, texts
from tests.support.servers import Serve


@pytest.fixture
async def database(config: Config) -> AsyncIterator[Database]:
    database = await db.connect(str(config.database_url), 2, 0)
    yield database
    await database.close()


@pytest.fixture
def config(config: Config) -> Config:
    """Servers that index nothing: the followers of these tests do."""
    return replace(config, search_interval=0)


@pytest.fixture
async def changes(config: Config) -> AsyncIterator[Changes]:
    async with changing(config) as changes:
        yield changes


async def catches_up(follower: SearchFollower, config: Config) -> None:
    while await follower.look():
        pass
    a_moment_later(config)


async def test_a_few_messages_wait_until_a_piece_is_full_and_are_found_meanwhile(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "message 1")
    follower = SearchFollower(database, 1, delay=3600)
    for number in range(2, PIECE):
        await changes.sends(ben, thread, f"message {number}")
    await catches_up(follower, config)
    assert pieces(config) == []
    assert len(await finds(ana, "message")) == 20
    for number in (PIECE, PIECE + 1):
        await changes.sends(ben, thread, f"message {number}")
    await catches_up(follower, config)
    assert execute(str(config.database_url), IS_BEHIND) == []
    assert pieces(config)[0] == (1, PIECE)


async def test_a_few_messages_wait_no_longer_than_the_delay(
    ana: Person, ben: Person, config: Config, database: Database
) -> None:
    await ben.writes_to(ana, "message 1")
    follower = SearchFollower(database, 1, delay=0.05)
    await catches_up(follower, config)
    assert pieces(config) == []
    while execute(str(config.database_url), IS_BEHIND):
        await follower.look()
    assert pieces(config) == [(1, 1)]


async def test_pieces_grow_and_are_merged_when_they_are_full(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "message 1")
    follower = SearchFollower(database, 1)
    for last in (1, 3, 40, PIECE - 1, PIECE, PIECE + 44):
        for number in range(changes_so_far(config) + 1, last + 1):
            await changes.sends(ben, thread, f"message {number}")
        await catches_up(follower, config)
        assert execute(str(config.database_url), IS_BEHIND) == []
        if last == 40:
            assert pieces(config) == [(1, 1), (2, 3), (4, 40)]
    assert pieces(config) == [(1, PIECE), (PIECE + 1, PIECE + 44)]
    assert [hit["seq"] for hit in await finds(ana, "message")] == list(range(PIECE + 44, PIECE + 24, -1))


def changes_so_far(config: Config) -> int:
    return int(execute(str(config.database_url), "select max(last_seq) from threads")[0][0])


async def test_of_two_followers_one_works_until_it_ends(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "one")
    first, second = SearchFollower(database, 1), SearchFollower(database, 1)
    await catches_up(first, config)
    await changes.sends(ben, thread, "two")
    await catches_up(second, config)
    assert pieces(config) == [(1, 1)]
    execute(str(config.database_url), "update search_follower set until = '-infinity'")  # the first one was killed
    await catches_up(second, config)
    assert pieces(config) == [(1, 1), (2, 2)]
    await changes.sends(ben, thread, "three")
    await catches_up(first, config)
    assert pieces(config) == [(1, 1), (2, 2)]


async def test_a_batch_that_comes_twice_or_late_changes_nothing(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "one")
    follower = SearchFollower(database, 1)
    await catches_up(follower, config)
    (holder,) = [str(row[0]) for row in execute(str(config.database_url), "select holder from search_follower")]
    await changes.sends(ben, thread, "two")
    batch = {
        "thread_ids": [thread], "old_seqs": [1], "old_changes": [0], "seqs": [2], "changes": [0],
        "run_threads": [thread], "firsts": [2], "lasts": [2],
    }  # fmt: skip
    assert await database.execute_idempotent("index_messages", int, holder=str(uuid4()), **batch) == []
    assert await database.execute_idempotent("index_messages", int, holder=holder, **batch) == [thread]
    assert await database.execute_idempotent("index_messages", int, holder=holder, **batch) == []
    assert pieces(config) == [(1, 1), (2, 2)]


async def test_a_batch_that_is_killed_halfway_is_indexed_once(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "one")
    follower = SearchFollower(database, 1)
    await catches_up(follower, config)
    await changes.sends(ben, thread, "two")
    with closing(psycopg2.connect(str(config.database_url))) as other:
        other.cursor().execute("lock search_pieces")
        looks = asyncio.create_task(follower.look())
        await lock_is_waited_for(config)
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
        assert execute(str(config.database_url), ended) == [(True,)]
        assert execute(str(config.database_url), "select seq from search_positions") == [(1,)]
        other.rollback()
    await looks
    await catches_up(follower, config)
    assert pieces(config) == [(1, 1), (2, 2)]
    assert await texts(ana, "two") == ["two"]


async def test_what_a_killed_process_left_is_found_by_the_sweep(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "long ago")
    await changes.edits(ben, thread, 1, "changed long ago")
    execute(str(config.database_url), "update threads set last_message_at = now() - interval '1 year'")
    execute(str(config.database_url), "update thread_changes set changed_at = now() - interval '1 year'")
    await catches_up(SearchFollower(database, 1), config)
    assert execute(str(config.database_url), IS_BEHIND) == []
    assert pieces(config) == [(1, 1)]


async def test_an_edited_message_is_found_before_the_index_follows(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "apple")
    follower = SearchFollower(database, 1)
    await catches_up(follower, config)
    await changes.edits(ben, thread, 1, "banana")
    for _ in ("not indexed again", "indexed again"):
        assert (await texts(ana, "apple"), await texts(ana, "banana")) == ([], ["banana"])
        await catches_up(follower, config)


async def test_a_word_that_is_indexed_while_it_is_searched_for_is_found(
    ana: Person, ben: Person, database: Database
) -> None:
    await ben.writes_to(ana, "an uncommon word")
    phrases, without = await phrases_of(database, read_terms("uncommon").terms)
    level = Level(await exactly(database, phrases), without, [])
    await SearchFollower(database, 1).look()
    scope = Scope(ana.id, None, None, FIRST_MOMENT, LAST_MOMENT)
    found = [row.text async for one in find(database, scope, level, Place(), 20) for row in one.rows]
    assert found == ["an uncommon word"]


async def test_deleted_words_leave_the_index(
    ana: Person, ben: Person, config: Config, changes: Changes, database: Database
) -> None:
    thread = await ben.writes_to(ana, "hunter2 and goodbye")
    await changes.sends(ben, thread, "goodbye again")
    follower = SearchFollower(database, 1)
    await catches_up(follower, config)
    known = "select word from search_words where word in ('hunter2', 'goodbye') order by 1"
    assert execute(str(config.database_url), known) == [("goodbye",), ("hunter2",)]
    ((stem,),) = execute(str(config.database_url), "select stem from search_words where word = 'hunter2'")
    has_it = f"select first_seq from search_pieces where {stem} = any(early::int[] || late)"
    assert execute(str(config.database_url), has_it) == [(1,)]
    await changes.deletes(ben, thread, 1)
    await catches_up(follower, config)
    assert execute(str(config.database_url), known) == [("goodbye",)]
    assert execute(str(config.database_url), has_it) == []


@pytest.mark.long
async def test_searching_is_right_and_says_so_while_the_index_is_behind_by_100_000(
    serve: Serve, config: Config, database: Database
) -> None:
    url = await serve()
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        thread = await ben.writes_to(ana, "the first word is aardvark")
        many = f"""
            insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
            select {thread}, n, {ben.id}, gen_random_uuid(), 'message number ' || n, now()
            from generate_series(2, 100000) n;
            update threads set last_seq = 100000, last_message_at = now() where id = {thread}"""
        execute(str(config.database_url), many)
        assert await texts(ana, "100000") == ["message number 100000"]
        async with ana.http.get(
            "/messages/search/", params={"q": "aardvark"}, headers={"Accept": "application/json"}
        ) as response:
            answer = await response.json()
        assert (answer["results"], answer["complete"]) == ([], False)
        code, said, _ = await chatserver(config, "check")
        assert (code, "The search has indexed 0 of 100000 messages" in said) == (0, True)
        await catches_up(SearchFollower(database, 1), config)
        assert await texts(ana, "aardvark") == ["the first word is aardvark"]
        assert await texts(ana, "number 77777") == ["message number 77777"]


async def test_times_of_pieces_are_those_of_their_messages(
    ana: Person, ben: Person, config: Config, database: Database
) -> None:
    await ben.writes_to(ana, "one")
    await catches_up(SearchFollower(database, 1), config)
    ((first, last, sent),) = execute(
        str(config.database_url), "select first_at, last_at, sent_at from search_pieces, messages"
    )
    assert isinstance(first, datetime)
    assert first == last == sent
