"""Group commit: waiting messages are stored in order, answered one by one, and servers never deadlock."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

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


async def test_a_batch_locks_its_threads_in_one_order_whatever_the_order_of_sending(
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
        await lock_is_waited_for(config)  # the batch waits for the higher id
        with pytest.raises(psycopg2.errors.LockNotAvailable):  # and has locked the lower one
            first.cursor().execute(lock, [low])
        other.rollback()
        for id in together:
            await socket.receives("sent", id=id)


@pytest.mark.parametrize("ana_has_read", [True, False])
async def test_messages_alone_are_stored_and_counted_as_those_of_a_batch(
    ana: Person, ben: Person, cleo: Person, config: Config, queries: Counter[str], ana_has_read: bool
) -> None:
    alone, batch = [await (ana.writes_to(them) if ana_has_read else them.writes_to(ana)) for them in (ben, cleo)]
    socket = await ana.socket()
    queries.clear()
    for _ in range(3):
        await socket.receives("sent", id=await socket.sends(alone))
    assert (queries["store_message"], queries["store_messages"]) == (3, 0)
    with closing(psycopg2.connect(config.database_url)) as other:
        other.cursor().execute("select from threads where id = %s for no key update", [batch])
        ids = [await socket.sends(batch)]
        await lock_is_waited_for(config)
        ids += [await socket.sends(batch), await socket.sends(batch)]
        queries.clear()
        other.rollback()
        for id in ids:
            await socket.receives("sent", id=id)
    assert (queries["store_message"], queries["store_messages"]) == (0, 1)
    told = f"""
        select t.last_seq, p.sent, p.read_seq, p.sent_unread, array_agg((m.seq, m.flags, m.reply_to)::text order by seq)
        from threads t
        join participants p on p.thread_id = t.id and p.user_id = {ana.id}
        join messages m on m.thread_id = t.id and m.sender_id = {ana.id} and m.sent_at <= t.last_message_at
        where t.id in ({alone}, {batch})
        group by t.id, p.thread_id, p.user_id"""
    of_one, of_the_other = execute(str(config.database_url), told)
    assert of_one == of_the_other


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
            await holds(str(config.database_url), TWO_WAIT)  # both have looked for repeats and found none
        answers = [await socket.receives_one_of("sent", "error") for socket in (here, there)]
    assert sorted(answer.get("code", answer["type"]) for answer in answers) == ["duplicate_id", "sent"]
    assert execute(str(config.database_url), f"select count(*) from messages where client_id = '{id}'") == [(1,)]


@pytest.mark.parametrize("more", [{}, {"reply": 1}], ids=["plain", "answer"])  # each has a statement of its own
async def test_a_user_who_is_being_removed_stores_nothing_more(
    ana: Person, ben: Person, config: Config, more: dict[str, int]
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    with closing(psycopg2.connect(config.database_url)) as removing:
        cursor = removing.cursor()
        cursor.execute(f"select id from threads where id = {thread} for no key update")
        cursor.execute(f"delete from participants where thread_id = {thread} and user_id = {ben.id}")
        id = str(uuid4())
        await socket.says("send", thread=thread, id=id, text="too late", **more)
        await lock_is_waited_for(config)
        removing.commit()
    assert (await socket.receives("error", id=id))["code"] == "no_such_thread"


@pytest.fixture
def refusing(database_url: str) -> Iterator[str]:
    """Makes PostgreSQL refuse one text, as it might for a reason that we did not foresee."""
    execute(database_url, "alter table messages add constraint refusing check (text <> 'indigestible')")
    yield "indigestible"
    execute(database_url, "alter table messages drop constraint refusing")


async def test_a_message_that_postgresql_refuses_does_not_affect_others(
    ana: Person, ben: Person, refusing: str
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    ids = [await socket.sends(thread, text) for text in ("before", refusing, "after")]
    answers = {answer["id"]: answer async for answer in first(socket, 3)}
    assert [answers[id]["type"] for id in ids] == ["sent", "error", "sent"]
    assert answers[ids[1]]["code"] == "unavailable"


async def first(socket: Any, number: int) -> Any:
    """Returns the first `number` answers."""
    while number:
        answer = await socket.next()
        if answer["type"] in {"sent", "error"}:
            number -= 1
            yield answer


async def test_a_message_beyond_the_queue_limit_is_refused_at_once_and_can_be_sent_again(
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
        assert refused == ids[3:]  # one is being stored, two wait
        for id in ids[:3]:
            await socket.receives("sent", id=id)
        await socket.sends(thread, "number 3", ids[3])
        await socket.receives("sent", id=ids[3])
