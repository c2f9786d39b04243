"""Nothing acknowledged is lost while Redis is frozen, slow, gone or empty."""

import asyncio
from contextlib import closing
from dataclasses import replace

import pytest
import redis
from aiohttp import WSServerHandshakeError

from chatserver.config.settings import Config
from tests.support.freezing import QUICK, frozen
from tests.support.people import PASSWORD, PATIENCE, Person, Socket
from tests.support.proxy import Proxy
from tests.support.servers import serving


async def test_while_redis_is_frozen_messages_are_stored_and_arrive(config: Config, own_redis: str) -> None:
    changed = replace(config, redis_url=own_redis, repair_interval=60, **QUICK)  # 1 s in an outage
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben, list_page = await ana.socket(), await ben.socket(), await ben.socket()
        await at_ben.opens(thread, after=1)
        with frozen(own_redis):
            for text in ("one", "two", "three"):
                await at_ana.receives("sent", id=await at_ana.sends(thread, text))
            assert [(await at_ben.receives("message"))["text"] for _ in range(3)] == ["one", "two", "three"]
            await list_page.receives("message", text="three")


async def test_fifty_edits_while_redis_is_frozen_reach_all_screens(config: Config, own_redis: str) -> None:
    changed = replace(config, redis_url=own_redis, repair_interval=60, **QUICK)
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, open_chat, list_page = await ana.socket(), await ben.socket(), await ben.socket()
        await open_chat.opens(thread, after=1, change=0)
        with frozen(own_redis):
            for base in range(50):
                await at_ana.receives("done", id=await at_ana.edits(thread, 1, f"edit {base + 1}", base))
            for socket in (open_chat, list_page, at_ana):
                assert (await socket.receives("changed", change=50))["text"] == "edit 50"


async def test_pages_are_unavailable_while_redis_is_frozen_and_nobody_is_signed_out(
    config: Config, own_redis: str
) -> None:
    async with serving(replace(config, redis_url=own_redis, **QUICK)) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        socket = await ana.socket()
        with frozen(own_redis):
            page = await ana.get("/messages/")
            assert (page.status, page.headers["Retry-After"]) == (503, "2")
            assert (await ana.get("/messages/session")).status == 503
            assert (await ana.get("/readyz")).status == 503
            assert (await ana.get("/healthz")).status == 200
        assert (await ana.get("/messages/")).status == 200
        await socket.says("ping")
        assert await socket.next() == {"type": "pong"}


async def test_nobody_signs_in_or_loses_a_cookie_while_redis_is_frozen(config: Config, own_redis: str) -> None:
    async with serving(replace(config, redis_url=own_redis, **QUICK)) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        form = {"csrf_token": (await ana.get("/messages/")).field("csrf_token"), "username": "Ana"}
        with frozen(own_redis):
            for path in ("/messages/sign-in/", "/messages/sign-up/", "/messages/sign-out/"):
                answer = await ana.post_raw(path, form | {"password": PASSWORD})
                assert (path, answer.status, answer.headers.get("Set-Cookie")) == (path, 503, None)
            with pytest.raises(WSServerHandshakeError) as refused:
                await ana.socket()
            assert refused.value.status == 503
            assert "Set-Cookie" not in (refused.value.headers or {})
        assert (await ana.get("/messages/session")).status == 200
        await ana.socket()


async def test_a_slow_redis_keeps_users_signed_in_and_lets_them_sign_in(config: Config) -> None:
    path = str(config.redis_url).removeprefix("unix://").partition("?")[0]
    proxy = Proxy(lambda: asyncio.open_unix_connection(path))
    changed = replace(config, redis_url=f"redis://127.0.0.1:{await proxy.start()}/0")
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        await ben.sign_out()
        proxy.delay = 0.2  # a tenth of the time limit, since a new connection takes several round trips
        assert (await ana.get("/messages/")).status == 200
        assert (await ben.sign_in()).status == 303
        thread = await ana.writes_to(ben)
        at_ben = await ben.socket()
        await at_ben.opens(thread)
        assert (await ben.get("/messages/session")).status == 200
        proxy.delay = 0
    await proxy.stop()


@pytest.mark.parametrize("cut", ["pubsub", "normal"])  # the subscriber, and the publisher
async def test_events_arrive_again_after_redis_closed_the_connection(config: Config, own_redis: str, cut: str) -> None:
    changed = replace(config, redis_url=own_redis, repair_interval=0, **QUICK)
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(thread, after=1)
        with closing(redis.Redis.from_url(own_redis)) as client:
            client.client_kill_filter(_type=cut, skipme=True)
            async with asyncio.timeout(PATIENCE):
                while b"user:%d" % ben.id not in b" ".join(
                    channel for channel in client.pubsub_channels() if isinstance(channel, bytes)
                ):
                    await asyncio.sleep(0.02)
        await at_ana.sends(thread, "still there?")
        assert (await at_ben.receives("message"))["text"] == "still there?"


async def test_a_message_sent_while_a_socket_subscribes_is_not_missed(config: Config, own_redis: str) -> None:
    path = own_redis.removeprefix("unix://").partition("?")[0]
    proxy = Proxy(lambda: asyncio.open_unix_connection(path))
    changed = replace(config, redis_url=f"redis://127.0.0.1:{await proxy.start()}/0", repair_interval=0)
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana = await ana.socket()
        proxy.subscribes.clear()

        async def ben_opens() -> Socket:
            socket = await ben.socket()
            await socket.says("open", thread=thread, after=1)
            return socket

        opening = asyncio.create_task(ben_opens())
        async with asyncio.timeout(PATIENCE):
            while not proxy.waiting_subscribes:
                await asyncio.sleep(0.01)
        await at_ana.receives("message", id=await at_ana.sends(thread, "just now"))
        proxy.subscribes.set()
        assert (await (await opening).receives("message"))["text"] == "just now"
    await proxy.stop()


async def test_when_redis_has_lost_the_sessions_sockets_close_as_signed_out(config: Config, own_redis: str) -> None:
    changed = replace(config, redis_url=own_redis, session_recheck=0.2)
    async with serving(changed) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        socket = await ana.socket()
        with closing(redis.Redis.from_url(own_redis)) as client:
            client.flushall()
        assert await socket.ends() == 4001
