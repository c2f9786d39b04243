"""Whatever waits shares a commit: in order, each answered for itself, and two servers never lock each other out."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from chatserver.config.settings import Config
from tests.support.database import execute, holds, lock_is_waited_for
from tests.support.people import Person
from tests.support.servers import Serve

THREADS = 30
ROUNDS = 8
TWO_WAIT = "select 1 from pg_stat_activity where wait_event_type = 'Lock' having count(*) = 2"


async def test_two_servers_store_in_the_same_threads_without_gap_or_deadlock(
    ana: Person, ben: Person, serve: Serve, config: Config
) -> None:
    other = await serve(port=0, origins=(str(ana.url.origin()),))
    assert config.database_url is not None
    groups = f"""
        insert into threads select from generate_series(1, {THREADS});
        insert into participants (thread_id, user_id) select id, unnest(array[{ana.id}, {ben.id}]) from threads"""
    execute(config.database_url, groups)
    async with Person(other, "Ana") as ana_elsewhere:
        await ana_elsewhere.sign_in()
        here, there = await ana.socket(), await ana_elsewhere.socket(str(ana.url.origin()))

        async def floods(socket: Any, order: int) -> None:
            for _ in range(ROUNDS):
                ids = {await socket.sends(thread) for thread in range(1, THREADS + 1)[::order]}
                while ids:
                    answer = await socket.next()
                    assert answer["type"] != "error", answer
                    if answer["type"] == "sent":
                        ids.discard(answer["id"])

        await asyncio.gather(floods(here, 1), floods(there, -1))
    dense = "select count(*), min(seq), max(seq) from messages group by thread_id"
    assert execute(config.database_url, dense) == [(2 * ROUNDS, 1, 2 * ROUNDS)] * THREADS


async def test_a_batch_locks_its_threads_in_one_order_whatever_order_they_were_sent_in(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    low, high = await ana.writes_to(ben), await ana.writes_to(cleo)
    socket = await ana.socket()
    with (
        closing(psycopg2.connect(config.database_url)) as first,
        closing(psycopg2.connect(config.database_url)) as other,
    ):
        lock = "select from threads where id = %s for no key update nowait"
        first.cursor().execute(lock, [low])
        alone = await socket.sends(low)
        await lock_is_waited_for(config)
        together = [await socket.sends(high), await socket.sends(low)]
        other.cursor().execute(lock, [high])
        first.rollback()
        await socket.receives("sent", id=alone)
        await lock_is_waited_for(config)  # the batch waits for the higher
        with pytest.raises(psycopg2.errors.LockNotAvailable):  # and has the lower
            first.cursor().execute(lock, [low])
        other.rollback()
        for id in together:
            await socket.receives("sent", id=id)


async def test_one_id_sent_to_two_servers_in_two_threads_at_once_is_stored_once(
    ana: Person, ben: Person, cleo: Person, serve: Serve, config: Config
) -> None:
    other = await serve(port=0, origins=(str(ana.url.origin()),))
    with_ben, with_cleo = await ana.writes_to(ben), await ana.writes_to(cleo)
    async with Person(other, "Ana") as ana_elsewhere:
        await ana_elsewhere.sign_in()
        here, there = await ana.socket(), await ana_elsewhere.socket(str(ana.url.origin()))
        with closing(psycopg2.connect(config.database_url)) as holding_up:
            holding_up.cursor().execute("select from participants for update")
            id = await here.sends(with_ben, "twice")
            await there.sends(with_cleo, "twice", id)
            await holds(str(config.database_url), TWO_WAIT)  # both have looked for what is known, and found nothing
        answers = [await socket.receives_one_of("sent", "error") for socket in (here, there)]
    assert sorted(answer.get("code", answer["type"]) for answer in answers) == ["duplicate_id", "sent"]
    assert execute(str(config.database_url), f"select count(*) from messages where client_id = '{id}'") == [(1,)]


async def test_a_user_who_is_being_removed_stores_nothing_more(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    with closing(psycopg2.connect(config.database_url)) as removing:
        cursor = removing.cursor()
        cursor.execute(f"select id from threads where id = {thread} for no key update")
        cursor.execute(f"delete from participants where thread_id = {thread} and user_id = {ben.id}")
        id = await socket.sends(thread, "too late")
        await lock_is_waited_for(config)
        removing.commit()
    assert (await socket.receives("error", id=id))["code"] == "no_such_thread"


@pytest.fixture
def refusing(database_url: str) -> Iterator[str]:
    """PostgreSQL refuses one text, as it would for a reason that we did not foresee."""
    execute(database_url, "alter table messages add constraint refusing check (text <> 'indigestible')")
    yield "indigestible"
    execute(database_url, "alter table messages drop constraint refusing")


async def test_a_message_that_postgresql_refuses_affects_no_other(ana: Person, ben: Person, refusing: str) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    ids = [await socket.sends(thread, text) for text in ("before", refusing, "after")]
    answers = {answer["id"]: answer async for answer in first(socket, 3)}
    assert [answers[id]["type"] for id in ids] == ["sent", "error", "sent"]
    assert answers[ids[1]]["code"] == "unavailable"


async def first(socket: Any, number: int) -> Any:
    """So many answers to what was sent."""
    while number:
        answer = await socket.next()
        if answer["type"] in {"sent", "error"}:
            number -= 1
            yield answer


async def test_a_message_beyond_the_queue_is_refused_at_once_and_can_be_sent_again(
    serve: Serve, config: Config
) -> None:
    url = await serve(waiting_messages=2)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        socket = await ana.socket()
        with closing(psycopg2.connect(config.database_url)) as holding_up:
            holding_up.cursor().execute("lock table threads in access exclusive mode")
            ids = [await socket.sends(thread, "number 0")]
            await lock_is_waited_for(config)
            ids += [await socket.sends(thread, f"number {number}") for number in range(1, 5)]
            refused = [(await socket.receives("error", code="unavailable"))["id"] for _ in range(2)]
        assert refused == ids[3:]  # one is at PostgreSQL, two wait
        for id in ids[:3]:
            await socket.receives("sent", id=id)
        await socket.sends(thread, "number 3", ids[3])
        await socket.receives("sent", id=ids[3])
