"""Group commit of changes, together with sends and with other servers; unpublished changes are found."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import psycopg2
import pytest

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.deletions import deletion
from chatserver.conversations.edits import edit
from chatserver.conversations.message_store import StoredMessage
from chatserver.conversations.reactions import reaction
from chatserver.database.client import connect
from tests.support.changing import changing
from tests.support.database import execute, lock_is_waited_for
from tests.support.people import Person

THREADS = 12
ROUNDS = 4


class Recent(NamedTuple):
    user_id: int
    thread_id: int
    last_change: int
    first_change: int | None
    from_change: int


class Lost(NamedTuple):
    thread_id: int
    change: int
    seq: int


def threads_of(config: Config, *people: Person, number: int = 1) -> None:
    """Makes threads 1 to `number` of these people."""
    ids = ", ".join(str(person.id) for person in people)
    statement = f"""
        insert into threads select from generate_series(1, {number});
        insert into participants (thread_id, user_id) select id, unnest(array[{ids}]) from threads"""
    execute(str(config.database_url), statement)


async def test_two_servers_send_and_change_in_the_same_threads_without_deadlock(
    ana: Person, ben: Person, config: Config
) -> None:
    url = str(config.database_url)
    threads_of(config, ana, ben, number=THREADS)
    async with changing(config) as here, changing(config) as there:
        for thread in range(1, THREADS + 1):
            await here.sends(ana, thread, "to be changed")
        requests = []
        for number in range(ROUNDS):
            for one, other in zip(range(1, THREADS + 1), range(THREADS, 0, -1), strict=True):
                requests += [
                    here.edits(ana, one, 1, f"text {number}", 999),
                    there.reacts(ben, other, 1, "👍", on=number % 2 == 0),
                    there.sends(ben, one, f"message {number}"),
                    here.reacts(ana, other, 1, "😂", on=number % 2 == 0),
                ]
        answers = await asyncio.gather(*requests)
    assert all(isinstance(answer, int | StoredMessage) for answer in answers)
    counts = "select t.last_seq, n.last_change from threads t join thread_changes n on n.thread_id = t.id"
    assert execute(url, counts) == [(1 + ROUNDS, 3 * ROUNDS)] * THREADS


async def test_a_batch_of_changes_locks_threads_in_the_same_order_as_sends(
    ana: Person, ben: Person, config: Config
) -> None:
    url = str(config.database_url)
    threads_of(config, ana, ben, number=2)
    lock = "select from threads where id = %s for no key update nowait"
    async with changing(config) as there:
        for thread in (1, 2):
            await there.sends(ana, thread, "Hello")
        with closing(psycopg2.connect(url)) as first, closing(psycopg2.connect(url)) as other:
            first.cursor().execute(lock, [1])
            alone = there.store.submit(edit(ThreadRequest(1, ana.id), 1, "Hi", 0))
            await lock_is_waited_for(config)
            together = [there.store.submit(edit(ThreadRequest(thread, ana.id), 1, "Hey", 1)) for thread in (2, 1)]
            other.cursor().execute(lock, [2])
            first.rollback()
            await alone
            await lock_is_waited_for(config)  # the batch waits for the higher id
            with pytest.raises(psycopg2.errors.LockNotAvailable):  # and has locked the lower one
                first.cursor().execute(lock, [1])
            other.rollback()
            assert await asyncio.gather(*together) == [1, 2]


async def test_changes_of_one_batch_are_numbered_in_order_and_published_to_everyone(
    ana: Person, ben: Person, config: Config
) -> None:
    url = str(config.database_url)
    threads_of(config, ana, ben)
    socket = await ben.socket()
    async with changing(config) as there:
        for number in range(1, 6):
            await there.sends(ana, 1, f"message {number}")
        of_ana, of_ben = ThreadRequest(1, ana.id), ThreadRequest(1, ben.id)
        with closing(psycopg2.connect(url)) as holding_up:
            holding_up.cursor().execute("select from threads for update")
            answers = [there.store.submit(edit(of_ana, 5, "first, alone", 0))]
            await lock_is_waited_for(config)
            answers += [
                there.store.submit(deletion(of_ana, 2)),
                there.store.submit(reaction(config, of_ben, 4, "🙏", on=True)),
                there.store.submit(edit(of_ben, 5, "not mine", 0)),
                there.store.submit(edit(of_ana, 3, "fourth", 0)),
                there.store.submit(deletion(of_ana, 1)),
            ]
            assert there.store.waiting == 5
        outcomes = await asyncio.gather(*answers, return_exceptions=True)
        assert [str(answer) for answer in outcomes] == ["1", "2", "3", "no_such_message", "4", "5"]
        frames = [await socket.receives("changed") for _ in range(5)]
    assert [(frame["change"], frame["seq"]) for frame in frames] == [(1, 5), (2, 2), (3, 4), (4, 3), (5, 1)]
    assert [frame.get("unread") for frame in frames] == [None, 3, None, None, 3]


@pytest.fixture
def refusing(database_url: str) -> Iterator[str]:
    """Makes PostgreSQL refuse one text, as it might for a reason that we did not foresee."""
    execute(database_url, "alter table messages add constraint refusing check (text <> 'indigestible')")
    yield "indigestible"
    execute(database_url, "alter table messages drop constraint refusing")


async def test_a_change_that_postgresql_refuses_does_not_affect_others(
    ana: Person, ben: Person, config: Config, refusing: str
) -> None:
    threads_of(config, ana, ben)
    async with changing(config) as there:
        for number in range(3):
            await there.sends(ana, 1, f"message {number}")
        texts = ("one", refusing, "three")
        answers = await asyncio.gather(*(there.edits(ana, 1, seq, text) for seq, text in enumerate(texts, 1)))
    assert answers[1] == "unavailable"
    assert sorted([answers[0], answers[2]]) == [1, 2]
    stored = execute(str(config.database_url), "select text from messages order by seq")
    assert stored == [("one",), ("message 1",), ("three",)]


async def test_changes_that_a_dying_server_stored_but_did_not_publish_are_found(
    ana: Person, ben: Person, config: Config
) -> None:
    """Its Redis accepts nothing, as if the server had died between the commit and the publication."""
    threads_of(config, ana, ben)
    async with changing(replace(config, redis_url="redis://127.0.0.1:1")) as dying:
        for number in range(3):
            await dying.sends(ana, 1, f"message {number}")
        for seq in (2, 1, 2):
            await dying.edits(ana, 1, seq, f"edited after {seq}", 9)
    db = await connect(str(config.database_url), 1, 0)
    (now,) = await db.query("database_time", datetime)
    assert await db.query("recent_changes", Recent, user_ids=[ben.id], since=[now]) == []
    ages_ago = now.replace(year=2000)
    recent = await db.query("recent_changes", Recent, user_ids=[ben.id, 99], since=[ages_ago] * 2)
    assert recent == [(ben.id, 1, 2, 1, 0)]
    assert await db.query("changes_of_gaps", Lost, thread_ids=[1], after=[1]) == [(1, 2, 1)]
    await db.close()
