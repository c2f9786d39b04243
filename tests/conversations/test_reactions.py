"""Reactions: the ids of the users who chose them, or in large threads their number."""

import asyncio
from dataclasses import replace

from chatserver.config.settings import Config
from tests.support.changing import Changes, changing
from tests.support.commands import thread as make_thread
from tests.support.people import Person
from tests.support.servers import Serve


async def test_a_reaction_is_added_and_removed_and_a_repeat_changes_nothing(
    ana: Person, ben: Person, changes: Changes
) -> None:
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


async def test_a_large_thread_gets_reaction_counts_and_the_reacting_user_their_own_reactions(
    serve: Serve, config: Config
) -> None:
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


async def test_a_group_that_crosses_the_limit_gets_the_other_form_of_reactions_from_then_on(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = (await make_thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    await make_thread(config, "remove", str(group), "Cleo")
    config = replace(config, announce_people=2)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ana.receives("sent", id=await at_ana.sends(group, "Lunch?"))
    async with changing(config) as changes:
        await changes.reacts(ben, group, 1, "👍")
        await make_thread(config, "add", str(group), "Cleo")
        await changes.reacts(ana, group, 1, "😂")
        await changes.reacts(cleo, group, 1, "👍")
        await make_thread(config, "remove", str(group), "Cleo")
        await changes.reacts(ben, group, 1, "👍", on=False)
        told = [[await socket.receives("changed") for _ in range(4)] for socket in (at_ana, at_ben)]
    assert [frame["reactions"] for frame in told[0]] == [
        {"👍": [ben.id]}, {"👍": 1, "😂": 1}, {"👍": 2, "😂": 1}, {"👍": [cleo.id], "😂": [ana.id]},
    ]  # fmt: skip
    assert [frame["reactions"] for frame in told[1]] == [frame["reactions"] for frame in told[0]]
    assert [[frame.get("mine") for frame in frames] for frames in told] == [[None, ["😂"], None, None], [None] * 4]


async def test_the_reaction_of_a_removed_user_stays(
    ana: Person, ben: Person, cleo: Person, changes: Changes, config: Config
) -> None:
    group = (await make_thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    at_ana = await ana.socket()
    await at_ana.receives("sent", id=await at_ana.sends(group, "Lunch?"))
    await changes.reacts(cleo, group, 1, "👍")
    await make_thread(config, "remove", str(group), "Cleo")
    opened = await (await ben.socket()).opens(group)
    assert {person["id"] for person in opened["people"]} == {ana.id, ben.id}
    (message,) = (await ben.json(f"/messages/chat/{group}/history"))["messages"]
    assert message["reactions"] == {"👍": [cleo.id]}
