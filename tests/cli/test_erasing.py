"""`python -m chatserver user erase NAME --messages`: all that somebody has sent goes from everybody's screen."""

import asyncio
import json
import sys
from contextlib import closing

import psycopg2
import pytest

from chatserver.config.settings import Config
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


async def test_what_ana_sent_is_deleted_on_every_screen_and_what_she_chose_of_others_stays(
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
        told = await socket.receives("changed", thread=thread, seq=seq)
        assert told["deleted"]
        assert "by" not in told
    assert (told["unread"], told["last"], told["read"]) == (0, 4, 0)
    messages = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert [message["text"] for message in messages] == ["", "two", "", ""]
    assert [message["change"] for message in messages] == [4, 2, 5, 6]
    assert messages[1]["reactions"] == {"❤️": [ana.id]}
    assert all(message.keys().isdisjoint({"reactions", "edited"}) for message in messages if message["text"] == "")
    assert 'data-total="4" data-unread="0"' in (await ben.get("/messages/")).text
    kept = execute(url, "select text from messages union all select emoji from reactions order by 1")
    assert kept == [("",), ("",), ("",), ("two",), ("❤️",)]


async def test_of_many_messages_only_the_last_is_told(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 250)
    await ben.writes_to(ana, "stays")
    socket = await ben.socket()
    assert await erases(config, "Ana") == 250
    told = await socket.receives("changed", thread=thread)
    assert (told["seq"], told["change"], told["unread"], told["last"]) == (250, 250, 0, 251)
    assert not [frame for frame in await socket.everything_so_far() if frame["type"] == "changed"]
    page = await ben.json(f"/messages/chat/{thread}/history?after=0")
    assert [message["change"] for message in page["messages"]] == list(range(1, 101))
    assert (page["last"], page["change"]) == (251, 250)
    assert 'data-total="251" data-unread="0"' in (await ben.get("/messages/")).text


async def test_an_erasure_that_was_killed_goes_on_when_it_is_asked_for_again(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    url = str(config.database_url)
    first, second = await ana.writes_to(ben), await ana.writes_to(cleo)
    with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
        cursor.execute("select 1 from threads where id = %s for update", [second])
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
