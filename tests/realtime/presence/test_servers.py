"""Presence across servers and restarts, and while Redis is unavailable."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.realtime.presence import last_online
from tests.support.frames import frames_until, people_of
from tests.support.freezing import QUICK, frozen
from tests.support.people import Person
from tests.support.servers import Serve, serving
from tests.support.timing import OFTEN


async def test_servers_of_one_site_agree(ana: Person, ben: Person, elsewhere: Person) -> None:
    chat = await ana.writes_to(ben)
    at_ana, at_ben = await elsewhere.socket(str(ana.url.origin())), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()
    assert "at" in await at_ben.receives("presence", user=ana.id, online=False)


async def test_a_server_that_dies_loses_at_most_its_last_presence_update(
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


async def test_last_online_times_survive_a_restart(config: Config) -> None:
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


async def test_presence_does_not_change_while_redis_is_down_and_recovers_afterwards(
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
