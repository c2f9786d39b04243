"""Edits, deletions and reactions reach every screen, in order, whatever is lost on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from chatserver.bus.events import ManyMessagesChanged, encode_event
from chatserver.config.settings import Config
from tests.support.changing import Changes, changing
from tests.support.people import Person
from tests.support.servers import Serve, api_send


@pytest.fixture
async def unheard(config: Config) -> AsyncIterator[Changes]:
    """A process that stores changes, but whose events reach nobody."""
    async with changing(replace(config, redis_prefix="another:")) as changes:
        yield changes


async def test_changes_of_a_message_reach_everybody_with_its_present_state(
    ana: Person, ben: Person, cleo: Person
) -> None:
    thread = await ana.writes_to(ben)
    at_ana, laptop, at_ben, open_chat, at_cleo = [await each.socket() for each in (ana, ana, ben, ben, cleo)]
    await open_chat.opens(thread, after=1, change=0)
    assert (await at_ana.receives("done", id=await at_ana.edits(thread, 1, "Hello!")))["change"] == 1
    assert (await at_ben.receives("done", id=await at_ben.reacts(thread, 1, "👍")))["change"] == 2
    for socket in (laptop, open_chat):
        edited, liked = await socket.receives("changed"), await socket.receives("changed")
        assert edited.pop("edited")
        assert edited == {
            "type": "changed", "thread": thread, "change": 1, "seq": 1, "text": "Hello!", "reactions": {},
        }  # fmt: skip
        assert (liked["change"], liked["text"], liked["reactions"]) == (2, "Hello!", {"👍": [ben.id]})
    await at_ana.deletes(thread, 1)
    gone, lowered = await laptop.receives("changed"), await open_chat.receives("changed")
    assert gone.pop("deleted")
    assert gone == {"type": "changed", "thread": thread, "change": 3, "seq": 1}
    assert (lowered["change"], lowered["unread"], lowered["last"]) == (3, 0, 1)
    assert [frame["type"] for frame in await at_cleo.everything_so_far()] == ["pong"]


async def test_a_repeated_change_is_acknowledged_and_not_published(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    for _ in range(2):
        assert (await at_ana.receives("done", id=await at_ana.reacts(thread, 1, "👍")))["change"] == 1
    await at_ana.receives("done", id=await at_ana.edits(thread, 1, "Hello!"))
    assert [(await at_ben.receives("changed"))["change"] for _ in range(2)] == [1, 2]


async def test_the_second_of_two_devices_that_edit_a_message_gets_the_text_of_the_first(
    ana: Person, ben: Person
) -> None:
    thread = await ana.writes_to(ben)
    phone, laptop = await ana.socket(), await ana.socket()
    await phone.receives("done", id=await phone.edits(thread, 1, "From the phone"))
    id = await laptop.edits(thread, 1, "From the laptop")
    error = await laptop.receives("error", id=id)
    assert (error["code"], error["seq"], error["text"], error["change"]) == (
        "changed_meanwhile", 1, "From the phone", 1,
    )  # fmt: skip
    assert error["edited"]
    await laptop.receives("done", id=await laptop.edits(thread, 1, "From the laptop", base=error["change"]))


async def test_a_change_that_arrives_before_its_message_is_sent_after_it(
    ana: Person, ben: Person, serve: Serve, config: Config
) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(thread, after=1, change=0)
    deaf = await serve(port=0, redis_prefix="another:", repair_interval=0, origins=(str(ana.url.origin()),))
    await api_send(ana, deaf, thread, "unheard")
    await at_ana.edits(thread, 2, "heard")
    message, changed = await at_ben.receives_one_of("message", "changed"), await at_ben.receives("changed")
    assert (message["type"], message["seq"], message["text"], message["change"]) == ("message", 2, "heard", 1)
    assert (changed["seq"], changed["text"], changed["change"]) == (2, "heard", 1)


async def test_an_open_chat_gets_changes_that_were_lost_before_the_next(
    ana: Person, ben: Person, serve: Serve, unheard: Changes, config: Config
) -> None:
    url = await serve(port=0, repair_interval=0, origins=(str(ana.url.origin()),))
    thread = await ana.writes_to(ben)
    async with Person(url, "Ben") as here:
        here.http.cookie_jar.update_cookies({"chat_session": ben.session.value}, url)
        at_ben = await here.socket(origin=str(ana.url.origin()))
        await at_ben.opens(thread, after=1, change=0)
        assert await unheard.edits(ana, thread, 1, "one") == 1
        assert await unheard.reacts(ana, thread, 1, "👍") == 2
        await ana.writes_to(ben, "two")
        at_ana = await ana.socket()
        await at_ana.edits(thread, 2, "Two")
        frames = [await at_ben.receives_one_of("message", "changed") for _ in range(3)]
    assert [(frame["type"], frame["seq"], frame.get("change")) for frame in frames] == [
        ("message", 2, None), ("changed", 1, 2), ("changed", 2, 3),
    ]  # fmt: skip


async def test_lost_changes_are_delivered_to_open_chats_and_lists(ana: Person, ben: Person, unheard: Changes) -> None:
    thread = await ana.writes_to(ben)
    open_chat, list_page = await ben.socket(), await ben.socket()
    await open_chat.opens(thread, after=1, change=0)
    assert await unheard.edits(ana, thread, 1, "one") == 1
    assert await unheard.edits(ana, thread, 1, "two", base=1) == 2
    for socket in (open_chat, list_page):
        assert (await socket.receives("changed", change=2))["text"] == "two"
    assert await unheard.deletes(ana, thread, 1) == 3
    for socket in (open_chat, list_page):
        gone = await socket.receives("changed", change=3)
        assert (gone["unread"], gone["last"]) == (0, 1)


async def test_fifty_edits_whose_events_were_lost_are_all_delivered_in_order(
    ana: Person, ben: Person, unheard: Changes
) -> None:
    thread = await ana.writes_to(ben)
    at_ana = await ana.socket()
    for number in range(2, 51):
        await at_ana.sends(thread, f"text {number}")
    await at_ana.receives("sent", seq=50)
    open_chat, list_page = await ben.socket(), await ben.socket()
    await open_chat.opens(thread, after=50, change=0)
    for number in range(1, 51):
        assert await unheard.edits(ana, thread, number, f"new {number}") == number
    delivered = [await open_chat.receives("changed") for _ in range(50)]
    assert [(frame["change"], frame["text"]) for frame in delivered] == [(n, f"new {n}") for n in range(1, 51)]
    assert (await list_page.receives("changed", seq=50))["text"] == "new 50"


async def test_too_many_changes_at_once_reset_an_open_chat_and_lists_get_the_last_one(
    ana: Person, ben: Person, config: Config
) -> None:
    thread = await ana.writes_to(ben)
    open_chat, list_page = await ben.socket(), await ben.socket()
    await open_chat.opens(thread, after=1, change=0)
    frame = '{"type":"changed","thread":%d,"change":200,"seq":1}' % thread
    async with Redis.from_url(str(config.redis_url)) as redis:
        event = encode_event(ManyMessagesChanged(thread, 200, 1, frame, first=1))
        await redis.publish(f"{config.redis_prefix}user:{ben.id}", event)
    assert await open_chat.receives_one_of("reset", "changed") == {"type": "reset", "thread": thread}
    assert (await list_page.receives("changed"))["change"] == 200


async def test_fifty_equal_reactions_at_once_are_stored_as_one(ana: Person, ben: Person, serve: Serve) -> None:
    """They come from two servers."""
    url = await serve(port=0, origins=(str(ana.url.origin()),))
    thread = await ana.writes_to(ben)
    async with Person(url, "Ben") as here:
        here.http.cookie_jar.update_cookies({"chat_session": ben.session.value}, url)
        sockets = [await here.socket(origin=str(ana.url.origin())), await ben.socket()]
        ids = [(socket, await socket.reacts(thread, 1, "👍")) for _ in range(25) for socket in sockets]
        answers = [(await socket.receives("done", id=id))["change"] for socket, id in ids]
    assert set(answers) == {1}
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert (message["reactions"], message["change"]) == ({"👍": [ben.id]}, 1)


async def test_the_last_of_many_reactions_and_removals_wins(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    ids = [await socket.reacts(thread, 1, "👍", on=number % 2 == 0) for number in range(10)]
    assert [(await socket.receives("done", id=id))["change"] for id in ids] == list(range(1, 11))
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message.get("reactions", {}) == {}
    first = {"thread": thread, "seq": 1, "emoji": "👍", "on": True, "id": ids[0]}
    await socket.says("react", **first)  # whose answer was lost: what is sent again arrives last
    assert (await socket.receives("done", id=ids[0]))["change"] == 11
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message["reactions"] == {"👍": [ben.id]}
