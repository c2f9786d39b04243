"""Edits, deletions and reactions: stored once, told to everybody, each in their own words."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import ChangedMeanwhile
from chatserver.conversations.edits import edit
from tests.support.changing import Changes, changing, listening
from tests.support.database import execute
from tests.support.people import Person, Socket
from tests.support.servers import Serve

UNREAD = """
select p.user_id,
       t.last_seq - p.read_seq - p.sent_unread,
       (select count(*) from messages m
        where m.thread_id = t.id and m.seq > p.read_seq and m.sender_id <> p.user_id and m.text <> '')
from participants p join threads t on t.id = p.thread_id order by p.user_id"""


@pytest.fixture
async def changes(config: Config) -> AsyncIterator[Changes]:
    async with changing(config) as changes:
        yield changes


async def sends(socket: Socket, thread: int, *texts: str) -> None:
    for text in texts:
        await socket.sends(thread, text)
        await socket.receives("sent")


def unread(config: Config) -> dict[int, int]:
    """What each counts as unread, after it was counted again."""
    rows = execute(str(config.database_url), UNREAD)
    assert [kept for _, kept, _ in rows] == [counted for _, _, counted in rows]
    return {user_id: kept for user_id, kept, _ in rows}


async def test_an_edit_is_on_every_screen_of_everybody(ana: Person, ben: Person, changes: Changes) -> None:
    thread = await ana.writes_to(ben, "teh text")
    at_ana, at_ben = await ana.socket(), await ben.socket()
    assert await changes.edits(ana, thread, 1, "the text") == 1
    told = await at_ben.receives("changed")
    assert told == await at_ana.receives("changed")
    assert told == {
        "type": "changed", "thread": thread, "change": 1, "seq": 1, "text": "the text", "edited": told["edited"],
        "reactions": {},
    }  # fmt: skip
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert (message["text"], message["edited"], message["change"]) == ("the text", told["edited"], 1)


async def test_a_deletion_takes_text_and_reactions_along_and_leaves_number_sender_and_time(
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


async def test_a_deletion_lowers_the_unread_counts_of_others_exactly(
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
    told = await at_ben.receives("changed", seq=3)
    assert (told["unread"], told["last"], told["read"]) == (3, 5, 1)
    assert unread(config) == {ana.id: 1, ben.id: 3, cleo.id: 2}
    await changes.deletes(cleo, 1, 4)
    assert unread(config) == {ana.id: 0, ben.id: 2, cleo.id: 2}
    await at_ben.says("read", thread=1, seq=2)
    assert (await at_ben.receives("read", user=ben.id))["unread"] == 1
    await sends(at_ana, 1, "six")
    await changes.deletes(ana, 1, 5)
    assert unread(config) == {ana.id: 0, ben.id: 1, cleo.id: 2}


async def test_a_reaction_is_set_and_taken_off_and_twice_is_once(ana: Person, ben: Person, changes: Changes) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    at_once = await asyncio.gather(*(changes.reacts(ben, thread, 1, "😂") for _ in range(50)))
    assert at_once == [1] * 50
    assert await changes.reacts(ana, thread, 1, "😂") == 2
    assert await changes.reacts(ana, thread, 1, "👍") == 3
    assert await changes.reacts(ben, thread, 1, "😂", on=False) == 4
    assert await changes.reacts(ben, thread, 1, "😂", on=False) == 4
    assert [(await socket.receives("changed"))["reactions"] for _ in range(4)] == [
        {"😂": [ben.id]}, {"😂": [ben.id, ana.id]}, {"👍": [ana.id], "😂": [ben.id, ana.id]},
        {"👍": [ana.id], "😂": [ana.id]},
    ]  # fmt: skip
    assert [frame["type"] for frame in await socket.everything_so_far()] == ["pong"]


async def test_in_a_large_thread_everybody_gets_numbers_and_who_reacted_their_own(serve: Serve, config: Config) -> None:
    url, config = await serve(announce_people=1), replace(config, announce_people=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, changing(config) as changes:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await changes.reacts(ben, thread, 1, "😮")
        await changes.edits(ana, thread, 1, "Hi")
        for socket, mine in ((at_ana, None), (at_ben, ["😮"])):
            reacted, edited = await socket.receives("changed"), await socket.receives("changed")
            assert (reacted["reactions"], reacted.get("mine")) == ({"😮": 1}, mine)
            assert (edited["reactions"], edited.get("mine")) == ({"😮": 1}, None)


async def test_whoever_may_not_see_the_message_gets_its_numbers_alone(
    ana: Person, ben: Person, changes: Changes, config: Config
) -> None:
    thread = await ana.writes_to(ben, "before Ben's time")
    execute(str(config.database_url), f"update participants set from_seq = 2 where user_id = {ben.id}")
    async with listening(config, ben) as heard:
        await changes.edits(ana, thread, 1, "still before it")
        assert await heard() == b"changed:1 %d 1\n" % thread
    assert await changes.reacts(ben, thread, 1, "👍") == "no_such_message"


async def test_the_same_again_is_answered_like_the_first_and_told_to_nobody(
    ana: Person, ben: Person, changes: Changes
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    for _ in range(2):
        assert await changes.edits(ana, thread, 1, "Hi") == 1
    for _ in range(2):
        assert await changes.deletes(ana, thread, 1) == 2
    frames = await socket.everything_so_far()
    assert [frame.get("change") for frame in frames] == [1, 2, None]


async def test_a_wish_that_changes_nothing_is_done_without_a_number(ana: Person, ben: Person, changes: Changes) -> None:
    thread = await ana.writes_to(ben)
    assert await changes.edits(ana, thread, 1, "Hello", 17) == 0
    assert await changes.reacts(ben, thread, 1, "🎈", on=False) == 0


async def test_of_two_devices_that_edit_the_same_text_the_second_learns_the_first(
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
    assert await changes.edits(ana, thread, 1, "from the desk", second.present["change"]) == 3


async def test_each_thread_counts_its_own_changes(ana: Person, ben: Person, cleo: Person, changes: Changes) -> None:
    threads = [await ana.writes_to(ben), await ana.writes_to(cleo)]
    for number in range(1, 4):
        wishes = [changes.edits(ana, thread, 1, f"text {number}", 9) for thread in threads]
        assert await asyncio.gather(*wishes) == [number, number]


async def test_an_owner_deletes_what_others_wrote_in_a_group_and_is_named(
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
