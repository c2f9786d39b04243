"""The state of a changed message is shown wherever the message is, and only to those who may see it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest, enter
from chatserver.conversations.messages import history
from chatserver.conversations.replies import cut, quoted
from chatserver.conversations.states import changed_frame, changes_after, states_of
from chatserver.database import client as db
from chatserver.database.client import Database
from tests.support.database import change_message, execute
from tests.support.people import Person
from tests.support.servers import Serve

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
AT_NOON = "2026-11-30T12:00:00.000Z"
PLAIN = {"type", "thread", "seq", "id", "sender", "text", "at"}


@pytest.fixture
async def database(config: Config) -> AsyncIterator[Database]:
    database = await db.connect(str(config.database_url), 1, 0)
    yield database
    await database.close()


async def shown_to(person: Person, thread: int) -> list[dict[str, Any]]:
    page = await person.json(f"/messages/chat/{thread}/history")
    return list(page["messages"])


async def test_ben_sees_the_state_of_messages_that_ana_changed(ana: Person, ben: Person, database_url: str) -> None:
    thread = await ana.writes_to(ben, "one")
    socket = await ana.socket()
    for text in ("two", "three", "four"):
        await socket.sends(thread, text)
        await socket.receives("sent")
    change_message(
        database_url, thread, 1, text="One!", edited_at=NOON, reactions={"🎉": [ana.id], "👍": [ben.id, ana.id]}
    )
    change_message(database_url, thread, 2, deleted_at=NOON)
    change_message(database_url, thread, 3, deleted_at=NOON, deleted_by=ben.id)
    edited, gone, taken, plain = await shown_to(ben, thread)
    assert {key: edited[key] for key in edited.keys() - PLAIN} == {
        "change": 1, "edited": AT_NOON, "reactions": {"👍": [ben.id, ana.id], "🎉": [ana.id]},
    }  # fmt: skip
    assert list(edited["reactions"]) == ["👍", "🎉"]
    assert edited["text"] == "One!"
    assert (gone["text"], gone["deleted"], gone["change"]) == ("", AT_NOON, 2)
    assert gone.keys() - PLAIN == {"change", "deleted"}
    assert taken["by"] == {"id": ben.id, "name": "Ben"}
    assert plain.keys() == PLAIN
    replayed = await ben.socket()
    await replayed.says("open", thread=thread, after=0)
    assert [await replayed.receives("message") for _ in range(4)] == [edited, gone, taken, plain]
    execute(database_url, f"update users set name = '', deleted_at = now() where id = {ben.id}")
    assert (await shown_to(ana, thread))[2]["by"] == {"id": ben.id, "name": ""}


async def test_messages_erased_before_changes_had_numbers_are_shown_as_deleted(
    ana: Person, ben: Person, database_url: str
) -> None:
    thread = await ana.writes_to(ben)
    execute(database_url, "update messages set text = ''")
    (message,) = await shown_to(ben, thread)
    assert (message["text"], message["deleted"]) == ("", message["at"])
    assert "change" not in message


async def test_a_large_group_gets_counts_of_reactions_and_each_user_their_own(
    serve: Serve, config: Config, database: Database
) -> None:
    url = await serve(announce_people=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        change_message(str(config.database_url), thread, 1, reactions={"❤️": [ben.id], "😢": [ana.id, ben.id]})
        (to_ana,), (to_ben,) = await shown_to(ana, thread), await shown_to(ben, thread)
    assert to_ana["reactions"] == to_ben["reactions"] == {"❤️": 1, "😢": 2}
    assert (to_ana["mine"], to_ben["mine"]) == (["😢"], ["❤️", "😢"])


async def test_a_new_member_receives_changes_only_of_messages_they_may_see(
    ana: Person, ben: Person, config: Config, database: Database
) -> None:
    url = str(config.database_url)
    thread = await ana.writes_to(ben, "before Ben's time")
    socket = await ana.socket()
    second = await socket.sends(thread, "since then")
    await socket.receives("sent")
    await (await ben.socket()).opens(thread)
    execute(url, f"update participants set from_seq = 2 where user_id = {ben.id}")
    for seq in (1, 2, 1):
        change_message(url, thread, seq, reactions={"👍": [ana.id]})
    of_ana, of_ben = [await enter(database, ThreadRequest(thread, person.id)) for person in (ana, ben)]
    assert (of_ben.from_seq, of_ben.last_change, of_ana.from_seq) == (2, 3, 1)
    assert await changes_after(database, of_ana, 0, 9) == (3, [(2, 2), (3, 1)])
    assert await changes_after(database, of_ana, 2, 9) == (3, [(3, 1)])
    assert await changes_after(database, of_ana, 0, 1) == (3, [(2, 2)])
    assert await changes_after(database, of_ben, 0, 9) == (3, [(2, 2)])
    asked = [(ben.id, thread, 1), (ana.id, thread, 1), (ben.id, thread, 2), (ben.id, thread, 3)]
    assert [(state.seq, state.change) for state in await states_of(database, config, asked)] == [(1, 3), (2, 2)]
    assert [message["id"] for message in await shown_to(ben, thread)] == [second]
    assert (await ben.get(f"/messages/chat/{thread}/?at=1")).text.count('data-seq="') == 1
    (row,) = [row for row in (await ben.get("/messages/")).text.split("<li") if "since then" in row]
    assert "before Ben" not in row


async def test_the_frame_of_a_change_always_has_all_its_fields(
    ana: Person, ben: Person, config: Config, database: Database
) -> None:
    url = str(config.database_url)
    thread = await ana.writes_to(ben)
    change_message(url, thread, 1, edited_at=NOON, reactions={"👍": [ana.id]})
    change_message(url, thread, 1)
    (state,) = await states_of(database, config, [(ben.id, thread, 1)])
    assert changed_frame(state, counted=True) == (
        f'{{"type":"changed","thread":{thread},"change":2,"seq":1,"text":"Hello","edited":null,"reactions":{{}}}}'
    )
    change_message(url, thread, 1, deleted_at=NOON)
    (state,) = await states_of(database, config, [(ben.id, thread, 1)])
    start = f'{{"type":"changed","thread":{thread},"change":3,"seq":1,"deleted":"{AT_NOON}"'
    assert changed_frame(state) == start + "}"
    assert changed_frame(state, counted=True) == start + ',"unread":1,"last":1,"read":0}'


async def test_a_quote_shows_the_original_as_it_is_now_if_the_reader_may_see_it(
    ana: Person, ben: Person, config: Config, database: Database
) -> None:
    url = str(config.database_url)
    thread = await ana.writes_to(ben, "x" * 301)
    socket = await ana.socket()
    for text in ("two", "three"):
        await socket.sends(thread, text)
        await socket.receives("sent")
    execute(url, "update messages set reply_to = seq - 1 where seq > 1")
    change_message(url, thread, 1, text="y" * 301, edited_at=NOON)
    of_ana, of_ben = [await enter(database, ThreadRequest(thread, person.id)) for person in (ana, ben)]
    page, _ = await history(database, config, of_ben, 4, 2)
    assert [message.reply for message in page] == [1, 2]
    (original,) = await quoted(database, config, of_ben, page)
    assert (cut(original).text, cut(original).state.text) == ("y" * 300, "y" * 300)  # type: ignore[union-attr]
    execute(url, f"update participants set from_seq = 2 where user_id = {ben.id}")
    assert await quoted(database, config, of_ben, page) == []
    assert len(await quoted(database, config, of_ana, page)) == 1
