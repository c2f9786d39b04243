"""A message travels from one screen to the others."""

import asyncio
from uuid import uuid4

from tests.support.people import Person
from tests.support.servers import Serve


async def test_ben_receives_anas_message_at_once(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    id = await at_ana.sends(thread, "How are you?")
    sent = await at_ana.receives("sent", id=id)
    message = await at_ben.receives("message", id=id)
    assert message == {
        "type": "message", "thread": thread, "seq": 2, "id": id, "sender": {"id": ana.id, "name": "Ana"},
        "text": "How are you?", "at": sent["at"],
    }  # fmt: skip


async def test_anas_other_tab_also_gets_her_message(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    one, other = await ana.socket(), await ana.socket()
    id = await one.sends(thread)
    await other.receives("message", id=id)


async def test_a_repeated_id_gets_the_first_answer_and_stores_nothing(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    id = await socket.sends(thread, "once")
    first = await socket.receives("sent", id=id)
    await socket.sends(thread, "once", id.upper())
    assert await socket.receives("sent") == first
    history = await ana.json(f"/messages/chat/{thread}/history")
    assert [message["text"] for message in history["messages"]] == ["Hello", "once"]


async def test_the_same_id_with_another_text_is_refused(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    id = await socket.sends(thread, "one text")
    await socket.receives("sent")
    await socket.sends(thread, "another", id)
    assert (await socket.receives("error", id=id))["code"] == "duplicate_id"


async def test_the_same_id_in_another_thread_is_refused(ana: Person, ben: Person, cleo: Person) -> None:
    first, second = await ana.writes_to(ben), await ana.writes_to(cleo)
    socket = await ana.socket()
    id = await socket.sends(first)
    await socket.receives("sent")
    await socket.sends(second, id=id)
    assert (await socket.receives("error", id=id))["code"] == "duplicate_id"


async def test_the_same_id_from_two_senders_is_two_messages(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    id = await at_ana.sends(thread, "from Ana")
    assert (await at_ana.receives("sent", id=id))["seq"] == 2
    await at_ben.sends(thread, "from Ben", id)
    assert (await at_ben.receives("sent", id=id))["seq"] == 3


async def test_many_messages_at_once_are_numbered_without_gaps_in_the_order_sent(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(thread, after=1)
    ids = [await at_ana.sends(thread, f"number {n}") for n in range(150)]
    arrived = [await at_ben.receives("message") for _ in ids]
    assert [message["id"] for message in arrived] == ids
    assert [message["seq"] for message in arrived] == list(range(2, 152))


async def test_one_id_twice_in_one_batch_is_one_message(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    id = str(uuid4())
    for _ in range(2):
        await socket.sends(thread, "twice", id)
    assert await socket.receives("sent", id=id) == await socket.receives("sent", id=id)


async def test_missed_messages_are_replayed_before_opened(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "first")
    await ana.writes_to(ben, "second")
    await ana.writes_to(ben, "third")
    socket = await ben.socket()
    await socket.says("open", thread=thread, after=1)
    assert [(await socket.next())["text"] for _ in range(2)] == ["second", "third"]
    opened = await socket.next()
    assert (opened["type"], opened["last"]) == ("opened", 3)
    assert opened["people"] == [
        {"id": ana.id, "name": "Ana", "owner": False, "read": 3},
        {"id": ben.id, "name": "Ben", "owner": False, "read": 0},
    ]


async def test_opening_without_a_number_replays_nothing(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    await socket.says("open", thread=thread)
    assert (await socket.next())["type"] == "opened"


async def test_a_number_beyond_the_last_message_resets_the_client(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    await socket.says("open", thread=thread, after=10**30)
    assert await socket.next() == {"type": "reset", "thread": thread}


async def test_a_client_that_missed_more_than_the_limit_reloads_the_page(serve: Serve) -> None:
    url = await serve(replay_limit=2)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        for text in ("one", "two", "three"):
            thread = await ana.writes_to(ben, text)
        socket = await ben.socket()
        await socket.says("open", thread=thread, after=0)
        assert await socket.next() == {"type": "reset", "thread": thread}
        await socket.says("open", thread=thread, after=1)
        assert (await socket.next())["text"] == "two"


async def test_a_read_marker_moves_on_every_screen_and_only_forward(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.says("read", thread=thread, seq=2)
    assert await at_ana.receives("read") == {"type": "read", "thread": thread, "user": ben.id, "seq": 2}
    assert (await at_ben.receives("read"))["unread"] == 0
    await at_ben.says("read", thread=thread, seq=1)
    opened = await at_ben.opens(thread)
    assert [person["read"] for person in opened["people"] if person["id"] == ben.id] == [2]


async def test_the_furthest_of_many_read_markers_in_one_batch_is_stored(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    ids = [await at_ana.sends(thread) for _ in range(20)]
    await at_ana.receives("sent", id=ids[-1])
    for seq in [*range(1, 10), 21, *range(10, 20)]:
        await at_ben.says("read", thread=thread, seq=seq)
    await at_ana.receives("read", user=ben.id, seq=21)


async def test_typing_is_sent_to_others_and_not_to_the_typist(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ana.says("typing", thread=thread)
    assert await at_ben.next() == {"type": "typing", "thread": thread, "user": ana.id}
    await at_ana.says("ping")
    assert await at_ana.next() == {"type": "pong"}


async def test_two_simultaneous_first_messages_make_one_thread(ana: Person, ben: Person) -> None:
    assert len(set(await asyncio.gather(ana.writes_to(ben), ben.writes_to(ana)))) == 1


async def test_signing_out_closes_only_the_sockets_of_this_browser(ana: Person, ben: Person, url: object) -> None:
    thread = await ana.writes_to(ben)
    here = await ana.socket()
    async with Person(ana.url, "Ana") as ana_elsewhere:
        await ana_elsewhere.sign_in()
        elsewhere = await ana_elsewhere.socket()
        await ana.sign_out()
        assert await here.ends() == 4001
        id = await (await ben.socket()).sends(thread)
        await elsewhere.receives("message", id=id)
