"""What the chat page and the history contain of changes and replies, for the `open` that follows."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime

import psycopg2
import pytest

from chatserver.config.settings import Config
from tests.support.database import change_message, execute, holds
from tests.support.people import Person
from tests.web.pages.changing import data_of
from tests.web.pages.filling import fill

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


async def test_the_history_and_the_page_contain_the_numbers_for_open(
    ana: Person, ben: Person, database_url: str
) -> None:
    thread = await ana.writes_to(ben, "one")
    await ben.writes_to(ana, "two")
    history = f"/messages/chat/{thread}/history"
    plain = await ana.json(history)
    assert plain.keys() == {"messages", "notes", "quoted", "more", "last", "from", "change"}
    assert (plain["notes"], plain["quoted"], plain["last"], plain["from"], plain["change"]) == ([], [], 2, 1, 0)
    for _ in range(3):
        change_message(database_url, thread, 1, reactions={"👍": [ben.id]})
    execute(database_url, f"update participants set from_seq = 2 where user_id = {ben.id}")
    for person, first in ((ana, 1), (ben, 2)):
        for data in (
            await person.json(history),
            await person.json(f"{history}?after=1"),
            await data_of(person, thread),
        ):
            assert (data["last"], data["from"], data["change"]) == (2, first, 3)


async def test_a_page_brings_the_originals_of_its_replies_that_are_not_on_it(
    ana: Person, ben: Person, config: Config
) -> None:
    url = str(config.database_url)
    thread = await ana.writes_to(ben, "a long story 😀 " * 40)
    fill(config, thread, ana, 120)
    for seq, original in ((2, 1), (117, 3), (118, 119), (120, 1)):
        execute(url, f"update messages set reply_to = {original} where seq = {seq}")
    change_message(url, thread, 3, deleted_at=NOON)
    page = await ben.json(f"/messages/chat/{thread}/history")
    first, third = page["quoted"]
    assert (first["seq"], first["text"]) == (1, ("a long story 😀 " * 40)[:300])
    assert (third["seq"], third["text"], third["deleted"]) == (3, "", "2026-11-30T12:00:00.000Z")
    assert [message["reply"] for message in page["messages"] if "reply" in message] == [3, 119, 1]
    assert (await data_of(ben, thread, "?at=end"))["quoted"] == page["quoted"]
    assert (await ben.json(f"/messages/chat/{thread}/history?before=3"))["quoted"] == []
    history = f"/messages/chat/{thread}/history"
    (live,) = (await ben.json(f"{history}?before=2&limit=1"))["messages"]
    assert (live["seq"], live["text"]) == (1, ("a long story 😀 " * 40).strip())
    execute(url, f"update participants set from_seq = 3 where user_id = {ben.id}")
    assert (await ben.json(f"{history}?before=2&limit=1"))["messages"] == []
    assert [original["seq"] for original in (await ben.json(f"/messages/chat/{thread}/history"))["quoted"]] == [3]


@pytest.mark.parametrize("way", ["history", "page"])
async def test_a_change_stored_while_the_messages_are_read_is_replayed_by_open(
    ana: Person, ben: Person, config: Config, way: str
) -> None:
    url, thread = str(config.database_url), await ana.writes_to(ben, "before")
    with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
        cursor.execute("lock table messages in access exclusive mode")
        asked = ben.json(f"/messages/chat/{thread}/history") if way == "history" else data_of(ben, thread)
        answer = asyncio.create_task(asked)
        await holds(
            url, "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%messages_before%'"
        )
        cursor.execute("update messages set text = 'meanwhile', flags = 1")
        cursor.execute("insert into thread_changes values (%s, 1, now())", [thread])
        cursor.execute("insert into changed_messages values (%s, 1, 1, now(), 1, now())", [thread])
        other.commit()
        told = await answer
    assert (told["last"], told["change"]) == (1, 0)
    socket = await ben.socket()
    await socket.says("open", thread=thread, after=told["last"], change=told["change"])
    assert (await socket.receives_one_of("changed", "opened"))["text"] == "meanwhile"


async def test_the_page_gives_the_sites_limits_to_the_scripts(ana: Person, ben: Person, config: Config) -> None:
    data = await data_of(ana, await ana.writes_to(ben))
    assert data["windows"] == {"edit": 172800, "delete": 0}
    assert data["reactions"] == ["👍", "❤️", "😂", "😮", "😢", "🙏"]
    assert data["announcePeople"] == 50
