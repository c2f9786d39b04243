"""Presence is sent only to those who may see it, and never delays messages."""

import json

from chatserver.config.settings import Config
from tests.support.commands import chatserver, thread
from tests.support.frames import frames_until, people_of
from tests.support.grouping import changes_group, group_of
from tests.support.people import Person
from tests.support.servers import Serve
from tests.support.timing import OFTEN


async def test_a_user_removed_while_the_chat_is_open_stops_seeing_presence(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    at_cleo = await cleo.socket()
    await at_cleo.opens(group)
    await frames_until(at_cleo, type="presence", user=ana.id, online=False)
    await thread(config, "remove", str(group), "Cleo")
    chat = await cleo.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_cleo.opens(chat)
    frames = await frames_until(at_cleo, type="presence", user=ben.id, online=True)
    await at_ben.ws.close()
    frames += await frames_until(at_cleo, type="presence", user=ben.id, online=False)
    assert ana.id not in people_of(frames)
    await at_ana.ws.close()


async def test_presence_follows_who_is_in_an_open_group(serve: Serve) -> None:
    url = await serve(presence_interval=OFTEN)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        for person in (ana, ben, cleo):
            await person.sign_up()
        group = await group_of(ana, "Ben", title="Trip")
        at_ana, at_ben, at_cleo = await ana.socket(), await ben.socket(), await cleo.socket()
        await at_ben.opens(group)
        await changes_group(ana, group, add="Cleo")
        await frames_until(at_ben, type="presence", user=cleo.id, online=True)
        await changes_group(ana, group, remove=str(cleo.id))
        await at_ben.receives("note", kind="removed")
        for socket in (at_cleo, at_ana):
            await socket.ws.close()
        assert people_of(await frames_until(at_ben, type="presence", user=ana.id, online=False)) == {ana.id}


async def test_strangers_get_no_presence(ana: Person, ben: Person, cleo: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben, at_cleo = await ana.socket(), await ben.socket(), await cleo.socket()
    await at_ben.opens(chat)
    await at_cleo.says("open", thread=chat)
    assert (await at_cleo.next())["code"] == "no_such_thread"
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()
    await at_ben.receives("presence", user=ana.id, online=False)
    assert people_of(await at_cleo.everything_so_far()) == set()


async def test_a_closed_chat_gets_no_presence(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben, list_page = await ana.socket(), await ben.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()
    await at_ben.receives("presence", user=ana.id, online=False)
    assert people_of(await list_page.everything_so_far()) == set()


async def test_after_close_no_presence_is_sent(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, open_chat, closed = await ana.socket(), await ben.socket(), await ben.socket()
    for socket in (open_chat, closed):
        await socket.opens(chat)
        await socket.receives("presence", user=ana.id, online=True)
    await closed.says("close", thread=chat)
    await closed.everything_so_far()
    await at_ana.ws.close()
    await open_chat.receives("presence", user=ana.id, online=False)
    assert people_of(await closed.everything_so_far()) == set()


async def test_presence_of_a_user_in_two_open_chats_survives_closing_one(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    chat, group = await ana.writes_to(ben), (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    at_ben = await ben.socket()
    await at_ben.opens(chat)
    await at_ben.opens(group)
    await at_ben.says("close", thread=group)
    at_ana = await ana.socket()
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()


async def test_in_a_large_group_no_presence_is_sent(serve: Serve, config: Config) -> None:
    url = await serve(presence_interval=OFTEN, presence_people=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        for person in (ana, ben, cleo):
            await person.sign_up()
        chat, group = await ana.writes_to(ben), (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
        at_ben = await ben.socket()
        await at_ben.opens(group)
        await at_ben.opens(chat)
        frames = await frames_until(at_ben, type="presence", user=ana.id)
        assert people_of(frames + await at_ben.everything_so_far()) == {ana.id}


async def test_presence_of_a_large_group_fits_a_small_queue(serve: Serve, config: Config) -> None:
    url = await serve(presence_interval=OFTEN, queue_frames=3)
    _, output, errors = await chatserver(config, "provision", "--users", "20", "--threads", "1", "--people", "20")
    made = json.loads(output or errors)
    async with Person(url, "first", headers={"Cookie": made["users"][0]["cookie"]}) as first:
        socket = await first.socket()
        await socket.opens(made["threads"][0]["id"])
        frames = [await socket.receives("presence") for _ in range(19)]
    assert people_of(frames) == {user["id"] for user in made["users"][1:]}


async def test_with_presence_off_nothing_is_sent(serve: Serve) -> None:
    url = await serve(presence_interval=0)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        chat = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(chat)
        await at_ana.everything_so_far()
        assert people_of(await at_ben.everything_so_far()) == set()
