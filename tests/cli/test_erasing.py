"""`python -m chatserver user erase NAME --messages`: a user's messages disappear from every screen."""

import asyncio
import json
import sys
from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest

from chatserver.config.settings import Config
from tests.support.changing import changing
from tests.support.commands import chatserver
from tests.support.database import change_message, execute, lock_is_waited_for
from tests.support.people import Person
from tests.support.processes import environment
from tests.web.pages.filling import fill

pytestmark = pytest.mark.long


async def erases(config: Config, name: str) -> int:
    code, output, errors = await chatserver(config, "user", "erase", name, "--messages", "--yes")
    assert (code, errors) == (0, "")
    return int(json.loads(output)["messages_erased"])


async def test_anas_messages_are_deleted_on_every_screen_and_her_reactions_to_others_stay(
    ana: Person, ben: Person, config: Config
) -> None:
    url = str(config.database_url)
    thread = await ana.writes_to(ben, "one")
    await ben.writes_to(ana, "two")
    for text in ("three", "four"):
        await ana.writes_to(ben, text)
    change_message(url, thread, 1, reactions={"👍": [ben.id]})
    change_message(url, thread, 2, reactions={"❤️": [ana.id]})
    change_message(url, thread, 3, text="edited")
    socket = await ben.socket()
    assert await erases(config, "Ana") == 3
    for seq in (1, 3, 4):
        changed = await socket.receives("changed", thread=thread, seq=seq)
        assert changed["deleted"]
        assert "by" not in changed
    assert (changed["unread"], changed["last"], changed["read"]) == (0, 4, 0)
    messages = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert [message["text"] for message in messages] == ["", "two", "", ""]
    assert [message["change"] for message in messages] == [4, 2, 5, 6]
    assert messages[1]["reactions"] == {"❤️": [ana.id]}
    assert all(message.keys().isdisjoint({"reactions", "edited"}) for message in messages if message["text"] == "")
    assert 'data-total="4" data-unread="0"' in (await ben.get("/messages/")).text
    kept = execute(url, "select text from messages union all select emoji from reactions order by 1")
    assert kept == [("",), ("",), ("",), ("two",), ("❤️",)]


async def test_only_the_last_of_many_deleted_messages_is_announced(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 250)
    await ben.writes_to(ana, "stays")
    open_chat, socket = await ben.socket(), await ben.socket()
    await open_chat.opens(thread, after=251, change=0)
    assert await erases(config, "Ana") == 250
    assert await open_chat.receives_one_of("reset", "changed") == {"type": "reset", "thread": thread}
    changed = await socket.receives("changed", thread=thread)
    assert (changed["seq"], changed["change"], changed["unread"], changed["last"]) == (250, 250, 0, 251)
    assert not [frame for frame in await socket.everything_so_far() if frame["type"] == "changed"]
    page = await ben.json(f"/messages/chat/{thread}/history?after=0")
    assert [message["change"] for message in page["messages"]] == list(range(1, 101))
    assert (page["last"], page["change"]) == (251, 250)
    assert 'data-total="251" data-unread="0"' in (await ben.get("/messages/")).text


@pytest.mark.parametrize(("number", "told"), [(100, list(range(1, 101))), (101, [101])])
async def test_up_to_a_hundred_deleted_messages_are_announced_one_by_one(
    ana: Person, ben: Person, config: Config, number: int, told: list[int]
) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, number)
    socket = await ben.socket()
    await erases(config, "Ana")
    assert [(await socket.receives("changed", thread=thread))["seq"] for _ in told] == told


async def test_changes_announced_as_many_are_not_sent_again_one_by_one(
    ana: Person, ben: Person, config: Config
) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 250)
    await ben.writes_to(ana, "stays")
    socket = await ben.socket()
    await erases(config, "Ana")
    async with changing(replace(config, redis_prefix="another:")) as unheard:
        assert await unheard.deletes(ben, thread, 251) == 251
    told = [await socket.receives("changed")]
    while told[-1]["seq"] != 251:
        told.append(await socket.receives("changed"))
    assert [frame["change"] for frame in told] == [250, 251]


async def test_a_killed_erasure_continues_when_it_is_run_again(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    url = str(config.database_url)
    first, second = await ana.writes_to(ben), await ana.writes_to(cleo)
    with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
        cursor.execute("select 1 from threads where id = %s for no key update", [second])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "chatserver", "user", "erase", "Ana", "--messages", "--yes"),
            env=environment(config),
        )
        await lock_is_waited_for(config)
        process.kill()
        await process.wait()
        execute(url, "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'")
        other.rollback()
    texts = execute(url, "select thread_id, text from messages order by thread_id")
    assert texts == [(first, ""), (second, "Hello")]
    assert await erases(config, "Ana") == 1
    assert execute(url, "select distinct text from messages") == [("",)]
    assert execute(url, "select thread_id, change from changed_messages order by 1") == [(first, 1), (second, 1)]
