"""Edits, deletions and reactions are stored once and published to each participant in their own form."""

import asyncio
import re
from dataclasses import replace

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import ChangedMeanwhile
from chatserver.conversations.edits import edit
from tests.support.changing import Changes, changing, listening
from tests.support.database import execute
from tests.support.people import Person, Socket

UNREAD = """
select p.user_id,
       t.last_seq - p.read_seq - p.sent_unread,
       (select count(*) from messages m
        where m.thread_id = t.id and m.seq > p.read_seq and m.sender_id <> p.user_id and m.text <> '')
from participants p join threads t on t.id = p.thread_id order by p.user_id"""


async def sends(socket: Socket, thread: int, *texts: str) -> None:
    for text in texts:
        await socket.sends(thread, text)
        await socket.receives("sent")


def unread(config: Config) -> dict[int, int]:
    """Returns each user's unread count, recounted from the messages."""
    rows = execute(str(config.database_url), UNREAD)
    assert [kept for _, kept, _ in rows] == [counted for _, _, counted in rows]
    return {user_id: kept for user_id, kept, _ in rows}


async def test_an_edit_reaches_every_screen_of_every_participant(ana: Person, ben: Person, changes: Changes) -> None:
    thread = await ana.writes_to(ben, "teh text")
    at_ana, at_ben = await ana.socket(), await ben.socket()
    assert await changes.edits(ana, thread, 1, "the text") == 1
    changed = await at_ben.receives("changed")
    assert changed == await at_ana.receives("changed")
    assert changed == {
        "type": "changed", "thread": thread, "change": 1, "seq": 1, "text": "the text", "edited": changed["edited"],
        "reactions": {},
    }  # fmt: skip
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert (message["text"], message["edited"], message["change"]) == ("the text", changed["edited"], 1)


async def test_an_edited_message_keeps_its_number_time_and_place_in_the_list(
    ana: Person, ben: Person, cleo: Person, changes: Changes
) -> None:
    edited = await ana.writes_to(ben, "the first")
    newer = await ana.writes_to(cleo, "the newer")
    before = (await ana.json(f"/messages/chat/{edited}/history"))["messages"]
    await changes.edits(ana, edited, 1, "edited last")
    (after,) = (await ana.json(f"/messages/chat/{edited}/history"))["messages"]
    kept = ("seq", "id", "sender", "at")
    assert [after[name] for name in kept] == [before[0][name] for name in kept]
    page = (await ana.get("/messages/")).text
    assert re.findall(r'data-thread="(\d+)" data-total="(\d+)"', page) == [(str(newer), "1"), (str(edited), "1")]
    assert "edited last" in page


async def test_a_deletion_removes_text_and_reactions_and_keeps_number_sender_and_time(
    ana: Person, ben: Person, changes: Changes, config: Config
) -> None:
    thread = await ana.writes_to(ben, "a secret")
    await changes.reacts(ben, thread, 1, "👍")
    before = (await ana.json(f"/messages/chat/{thread}/history"))["messages"][0]
    assert await changes.deletes(ana, thread, 1) == 2
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message == {key: before[key] for key in ("type", "thread", "seq", "id", "sender", "at")} | {
        "text": "", "change": 2, "deleted": message["deleted"],
    }  # fmt: skip
    tables = "select (select count(*) from reactions), (select count(*) from messages where text like '%secret%')"
    assert execute(str(config.database_url), tables) == [(0, 0)]


async def test_a_deletion_lowers_the_unread_counts_of_others_correctly(
    ana: Person, ben: Person, cleo: Person, changes: Changes, config: Config
) -> None:
    url = str(config.database_url)
    execute(url, "insert into threads default values")
    execute(
        url, f"insert into participants (thread_id, user_id) select 1, unnest(array[{ana.id}, {ben.id}, {cleo.id}])"
    )
    at_ana, at_ben, at_cleo = await ana.socket(), await ben.socket(), await cleo.socket()
    await sends(at_ana, 1, "one", "two", "three")
    await sends(at_cleo, 1, "four")
    await sends(at_ana, 1, "five")
    await at_ben.says("read", thread=1, seq=1)
    await at_ben.receives("read", user=ben.id)
    assert unread(config) == {ana.id: 1, ben.id: 4, cleo.id: 4}
    await changes.deletes(ana, 1, 1)  # Ben has read it
    assert "unread" not in await at_ben.receives("changed", seq=1)
    assert (await at_cleo.receives("changed", seq=1))["unread"] == 3
    await changes.deletes(ana, 1, 3)
    assert "unread" not in await at_ana.receives("changed", seq=3)
    changed = await at_ben.receives("changed", seq=3)
    assert (changed["unread"], changed["last"], changed["read"]) == (3, 5, 1)
    assert unread(config) == {ana.id: 1, ben.id: 3, cleo.id: 2}
    await changes.deletes(cleo, 1, 4)
    assert unread(config) == {ana.id: 0, ben.id: 2, cleo.id: 2}
    await at_ben.says("read", thread=1, seq=2)
    read = await at_ben.receives("read", user=ben.id)
    assert (read["unread"], read["last"], read["change"]) == (1, 5, 3)
    await sends(at_ana, 1, "six")
    await changes.deletes(ana, 1, 5)
    assert unread(config) == {ana.id: 0, ben.id: 1, cleo.id: 2}


async def test_a_participant_who_may_not_see_a_message_gets_only_its_numbers(
    ana: Person, ben: Person, changes: Changes, config: Config
) -> None:
    thread = await ana.writes_to(ben, "before Ben's time")
    execute(str(config.database_url), f"update participants set from_seq = 2 where user_id = {ben.id}")
    async with listening(config, ben) as heard:
        await changes.edits(ana, thread, 1, "still before it")
        assert await heard() == b"changed:1 %d 1\n" % thread
    assert await changes.reacts(ben, thread, 1, "👍") == "no_such_message"


async def test_a_repeated_change_gets_the_first_answer_and_is_not_published(
    ana: Person, ben: Person, changes: Changes
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    for _ in range(2):
        assert await changes.edits(ana, thread, 1, "Hi") == 1
    for _ in range(2):
        assert await changes.deletes(ana, thread, 1) == 2
    assert [(await socket.receives("changed"))["change"] for _ in range(2)] == [1, 2]
    assert [frame["type"] for frame in await socket.everything_so_far()] == ["pong"]


async def test_a_request_that_changes_nothing_is_done_without_a_number(
    ana: Person, ben: Person, changes: Changes
) -> None:
    thread = await ana.writes_to(ben)
    assert await changes.edits(ana, thread, 1, "Hello", 17) == 0
    assert await changes.reacts(ben, thread, 1, "🎈", on=False) == 0


async def test_the_second_of_two_devices_that_edit_a_text_gets_the_text_of_the_first(
    ana: Person, ben: Person, changes: Changes
) -> None:
    thread = await ana.writes_to(ben)
    one, other = (edit(ThreadRequest(thread, ana.id), 1, text, 0) for text in ("from the phone", "from the desk"))
    first, second = await asyncio.gather(changes.store.submit(one), changes.store.submit(other), return_exceptions=True)
    assert first == 1
    assert isinstance(second, ChangedMeanwhile)
    assert second.present.keys() == {"seq", "text", "edited", "change"}
    assert (second.present["text"], second.present["change"]) == ("from the phone", 1)
    assert await changes.reacts(ben, thread, 1, "👍") == 2
    with pytest.raises(ChangedMeanwhile) as again:
        await changes.store.submit(other)
    assert again.value.present == second.present | {"change": 2}  # the message's last change, though no other text
    assert await changes.edits(ana, thread, 1, "from the desk", 1) == 3
    assert await changes.edits(ana, thread, 1, "from the sofa", 3) == 4


async def test_each_thread_counts_its_own_changes(ana: Person, ben: Person, cleo: Person, changes: Changes) -> None:
    threads = [await ana.writes_to(ben), await ana.writes_to(cleo)]
    for number in range(1, 4):
        edits = [changes.edits(ana, thread, 1, f"text {number}", 9) for thread in threads]
        assert await asyncio.gather(*edits) == [number, number]


async def test_the_owner_of_a_group_deletes_a_members_message_and_is_named(
    ana: Person, ben: Person, changes: Changes, config: Config
) -> None:
    url = str(config.database_url)
    pair = await ben.writes_to(ana)
    execute(url, "insert into threads default values")
    execute(url, f"insert into participants (thread_id, user_id) select 2, unnest(array[{ana.id}, {ben.id}])")
    at_ben = await ben.socket()
    await sends(at_ben, 2, "rude")
    assert await changes.deletes(ana, 2, 1) == "no_such_message"
    execute(url, f"update participants set is_owner = true where user_id = {ana.id}")
    execute(url, "update messages set sent_at = sent_at - interval '400 days'")
    assert await changes.deletes(ana, pair, 1) == "no_such_message"
    assert await changes.edits(ana, 2, 1, "kind") == "no_such_message"
    async with changing(replace(config, delete_window=1)) as short:
        assert await short.deletes(ben, 2, 1) == "too_late"
        assert await short.deletes(ana, 2, 1) == 1
    assert (await at_ben.receives("changed"))["by"] == {"id": ana.id, "name": "Ana"}
