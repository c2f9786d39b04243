"""Who is online: told to those with an open chat, to nobody else, and never in the way of messages."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from yarl import URL

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.realtime.presence import last_online
from tests.conftest import Serve, serving
from tests.conversations.test_groups import chatserver, thread
from tests.realtime.test_survival import QUICK, frozen
from tests.server.test_costs import commands
from tests.support.people import PATIENCE, Person, Socket

OFTEN = 0.1  # seconds between looks
SELDOM = 1.0  # the same where a page is loaded in between


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(presence_interval=OFTEN)


@pytest.fixture
async def elsewhere(ana: Person, serve: Serve) -> AsyncIterator[Person]:
    """Ana at another server of the same site."""
    url = await serve(port=0, presence_interval=OFTEN, origins=(str(ana.url.origin()),))
    async with Person(url, "Ana") as elsewhere:
        elsewhere.id = ana.id
        elsewhere.http.cookie_jar.update_cookies({"chat_session": ana.session.value}, url)
        yield elsewhere


async def frames_until(socket: Socket, **fields: Any) -> list[dict[str, Any]]:
    """What comes up to a frame with these fields."""
    frames = [await socket.next()]
    while frames[-1] | fields != frames[-1]:
        frames.append(await socket.next())
    return frames


def people_of(frames: list[dict[str, Any]]) -> set[int]:
    return {frame["user"] for frame in frames if frame["type"] == "presence"}


async def test_ben_sees_that_ana_is_online_when_he_opens_their_chat(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    assert await at_ben.receives("presence") == {"type": "presence", "user": ana.id, "online": True}
    await at_ana.ws.close()


async def test_who_was_removed_with_the_chat_open_sees_no_more_who_is_online(
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
    told = await frames_until(at_cleo, type="presence", user=ben.id, online=True)
    await at_ben.ws.close()
    told += await frames_until(at_cleo, type="presence", user=ben.id, online=False)
    assert ana.id not in people_of(told)
    await at_ana.ws.close()


async def test_ben_sees_ana_come(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ben = await ben.socket()
    await at_ben.opens(chat)
    assert await at_ben.receives("presence") == {"type": "presence", "user": ana.id, "online": False}  # never seen
    at_ana = await ana.socket()
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()


async def test_ana_leaves_and_ben_is_told_when_she_was_online(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", online=True)
    before = datetime.now(UTC) - timedelta(seconds=1)  # `at` is a whole second
    await at_ana.ws.close()
    told = await at_ben.receives("presence", user=ana.id, online=False)
    assert before < datetime.fromisoformat(told["at"]) <= datetime.now(UTC)


async def test_what_is_known_already_comes_at_once_after_opened(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben, second = await ana.socket(), await ben.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", online=True)
    await second.opens(chat)
    assert await second.next() == {"type": "presence", "user": ana.id, "online": True}
    await at_ana.ws.close()


async def test_a_page_loaded_again_tells_nobody_anything(serve: Serve, config: Config) -> None:
    url = await serve(presence_interval=SELDOM)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        at_ben = await talking_with_ana_and_cleo(ana, ben, cleo)
        at_ana, at_cleo = await ana.socket(), await cleo.socket()
        await told_of_both(at_ben, ana, cleo)
        await at_ana.ws.close()
        await a_look_misses(ana, config)
        again = await ana.socket()
        await at_cleo.ws.close()
        assert people_of(await frames_until(at_ben, type="presence", online=False)) == {cleo.id}
        await again.everything_so_far()


async def talking_with_ana_and_cleo(ana: Person, ben: Person, cleo: Person) -> Socket:
    """Ben's socket, which has a chat with each of the others open."""
    for person in (ana, ben, cleo):
        await person.sign_up()
    socket = await ben.socket()
    for person in (ana, cleo):
        await socket.opens(await ben.writes_to(person))
    return socket


async def a_look_misses(person: Person, config: Config) -> None:
    """Waits until the server has looked for somebody who is not there."""
    async with Redis.from_url(str(config.redis_url)) as redis, asyncio.timeout(PATIENCE):
        while (await redis.pubsub_numsub(f"{config.redis_prefix}user:{person.id}"))[0][1]:
            await asyncio.sleep(0.01)
        looks = (await commands(config))["pubsub|numsub"]
        while (await commands(config))["pubsub|numsub"] == looks:
            await asyncio.sleep(0.01)


async def told_of_both(socket: Socket, *people: Person) -> None:
    waiting = {person.id for person in people}
    while waiting:
        waiting.discard((await socket.receives("presence", online=True))["user"])


async def test_a_second_device_keeps_her_online(url: URL) -> None:
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        at_ben = await talking_with_ana_and_cleo(ana, ben, cleo)
        phone, laptop, at_cleo = await ana.socket(), await ana.socket(), await cleo.socket()
        await told_of_both(at_ben, ana, cleo)
        await phone.ws.close()
        await at_cleo.ws.close()
        assert people_of(await frames_until(at_ben, type="presence", online=False)) == {cleo.id}
        await laptop.everything_so_far()


async def test_servers_of_one_site_agree(ana: Person, ben: Person, elsewhere: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben = await elsewhere.socket(str(ana.url.origin())), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()
    assert "at" in await at_ben.receives("presence", user=ana.id, online=False)


async def test_a_server_that_dies_takes_no_more_than_its_last_note_with_it(
    ana: Person, ben: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_online, "ALL_INTERVAL", 0)
    monkeypatch.setattr(last_online.LastOnline, "user_left", lambda *_: None)
    chat = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()
    assert "at" in await at_ben.receives("presence", user=ana.id, online=False)


async def test_after_a_restart_it_is_known_when_people_were_online(config: Config) -> None:
    changed = replace(config, presence_interval=OFTEN)
    url = URL(f"http://{config.host}:{config.port}/")
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        async with serving(changed):
            chat = await (await ana.sign_up()).writes_to(await ben.sign_up())
            at_ana = await ana.socket()
            end = asyncio.create_task(at_ana.ends())
        assert await end == 1001
        async with serving(changed):
            at_ben = await ben.socket()
            await at_ben.opens(chat)
            assert "at" in await at_ben.receives("presence", user=ana.id, online=False)


async def test_strangers_learn_nothing(ana: Person, ben: Person, cleo: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben, at_cleo = await ana.socket(), await ben.socket(), await cleo.socket()
    await at_ben.opens(chat)
    await at_cleo.says("open", thread=chat)
    assert (await at_cleo.next())["code"] == "no_such_thread"
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()
    await at_ben.receives("presence", user=ana.id, online=False)
    assert people_of(await at_cleo.everything_so_far()) == set()


async def test_a_chat_that_is_not_open_tells_nothing(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben, list_page = await ana.socket(), await ben.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()
    await at_ben.receives("presence", user=ana.id, online=False)
    assert people_of(await list_page.everything_so_far()) == set()


async def test_after_close_nothing_is_told(ana: Person, ben: Person) -> None:
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


async def test_who_is_in_two_open_chats_is_still_told_of_when_one_is_closed(
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


async def test_in_a_large_group_nothing_is_told(serve: Serve, config: Config) -> None:
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


async def test_a_group_of_many_is_told_through_a_small_queue(serve: Serve, config: Config) -> None:
    url = await serve(presence_interval=OFTEN, queue_frames=3)
    _, output, errors = await chatserver(config, "provision", "--users", "20", "--threads", "1", "--people", "20")
    made = json.loads(output or errors)
    async with Person(url, "first", headers={"Cookie": made["users"][0]["cookie"]}) as first:
        socket = await first.socket()
        await socket.opens(made["threads"][0]["id"])
        told = [await socket.receives("presence") for _ in range(19)]
    assert people_of(told) == {user["id"] for user in made["users"][1:]}


async def test_off_means_that_nothing_is_told(serve: Serve) -> None:
    url = await serve(presence_interval=0)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        chat = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(chat)
        await at_ana.everything_so_far()
        assert people_of(await at_ben.everything_so_far()) == set()


async def test_while_redis_is_away_nobody_comes_or_goes_and_afterwards_all_is_told(
    serve: Serve, config: Config, tmp_path: Path
) -> None:
    with EmbeddedServers(tmp_path / "redis", durable=False, database_url=config.database_url) as servers:
        url = await serve(redis_url=servers.redis_url, presence_interval=OFTEN, **QUICK)
        async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
            chat = await (await ana.sign_up()).writes_to(await ben.sign_up())
            at_ana, at_ben = await ana.socket(), await ben.socket()
            await at_ben.opens(chat, after=1)
            await at_ben.receives("presence", user=ana.id, online=True)
            with frozen(servers.redis_url):
                for text in ("one", "two", "three"):
                    await at_ana.receives("sent", id=await at_ana.sends(chat, text))
                    assert people_of(await frames_until(at_ben, text=text)) == set()
                await at_ana.ws.close()
            assert "at" in await at_ben.receives("presence", user=ana.id, online=False)
