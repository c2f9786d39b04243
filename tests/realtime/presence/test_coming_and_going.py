"""Presence is sent to users with an open chat."""

import asyncio
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis
from yarl import URL

from chatserver.config.settings import Config
from tests.support.counting import commands
from tests.support.frames import frames_until, people_of
from tests.support.people import PATIENCE, Person, Socket
from tests.support.servers import Serve
from tests.support.timing import SELDOM


async def test_ben_sees_that_ana_is_online_when_he_opens_their_chat(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    assert await at_ben.receives("presence") == {"type": "presence", "user": ana.id, "online": True}
    await at_ana.ws.close()


async def test_ben_sees_ana_come_online(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ben = await ben.socket()
    await at_ben.opens(chat)
    assert await at_ben.receives("presence") == {
        "type": "presence",
        "user": ana.id,
        "online": False,
    }  # never online before
    at_ana = await ana.socket()
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()


async def test_ben_sees_when_ana_was_last_online(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", online=True)
    before = datetime.now(UTC) - timedelta(seconds=1)  # `at` is a whole second
    await at_ana.ws.close()
    offline = await at_ben.receives("presence", user=ana.id, online=False)
    assert before < datetime.fromisoformat(offline["at"]) <= datetime.now(UTC)


async def test_known_presence_is_sent_immediately_after_opened(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben, second = await ana.socket(), await ben.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", online=True)
    await second.opens(chat)
    assert await second.next() == {"type": "presence", "user": ana.id, "online": True}
    await at_ana.ws.close()


async def test_reloading_a_page_does_not_change_presence(serve: Serve, config: Config) -> None:
    url = await serve(presence_interval=SELDOM)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        at_ben = await talking_with_ana_and_cleo(ana, ben, cleo)
        at_ana, at_cleo = await ana.socket(), await cleo.socket()
        await sees_both_online(at_ben, ana, cleo)
        await at_ana.ws.close()
        await poll_misses(ana, config)
        again = await ana.socket()
        await at_cleo.ws.close()
        assert people_of(await frames_until(at_ben, type="presence", online=False)) == {cleo.id}
        await again.everything_so_far()


async def talking_with_ana_and_cleo(ana: Person, ben: Person, cleo: Person) -> Socket:
    """Ben's socket, with his chats with Ana and Cleo open."""
    for person in (ana, ben, cleo):
        await person.sign_up()
    socket = await ben.socket()
    for person in (ana, cleo):
        await socket.opens(await ben.writes_to(person))
    return socket


async def poll_misses(person: Person, config: Config) -> None:
    """Waits until a poll has found that somebody is offline."""
    async with Redis.from_url(str(config.redis_url)) as redis, asyncio.timeout(PATIENCE):
        while (await redis.pubsub_numsub(f"{config.redis_prefix}user:{person.id}"))[0][1]:
            await asyncio.sleep(0.01)
        looks = (await commands(config))["pubsub|numsub"]
        while (await commands(config))["pubsub|numsub"] == looks:
            await asyncio.sleep(0.01)


async def sees_both_online(socket: Socket, *people: Person) -> None:
    waiting = {person.id for person in people}
    while waiting:
        waiting.discard((await socket.receives("presence", online=True))["user"])


async def test_a_second_device_keeps_ana_online(url: URL) -> None:
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        at_ben = await talking_with_ana_and_cleo(ana, ben, cleo)
        phone, laptop, at_cleo = await ana.socket(), await ana.socket(), await cleo.socket()
        await sees_both_online(at_ben, ana, cleo)
        await phone.ws.close()
        await at_cleo.ws.close()
        assert people_of(await frames_until(at_ben, type="presence", online=False)) == {cleo.id}
        await laptop.everything_so_far()
