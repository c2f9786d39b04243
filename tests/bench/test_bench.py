"""The benchmark measures what it claims to measure."""

import asyncio
import json
import os
import re
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis
from yarl import URL

from bench import door, fetch, people, programs, redis_alone
from bench.load import load
from bench.original import make_original
from bench.pacer import moments, now, pace
from bench.scenarios import api, pages
from bench.stage import Seat, Server
from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.people import PASSWORD, PATIENCE, Person
from tests.support.processes import environment
from tests.support.servers import Serve
from tests.support.tokens import SECRET, SITE, base64url


async def test_pages_are_read_and_counted_and_their_cpu_is_known(config: Config, serve: Serve) -> None:
    environ = environment(config, SECRET_KEYS=" ".join(config.secret_keys))
    server = Server(str(await serve()).rstrip("/"), {"server": os.getpid()}, durable=True, environ=environ)
    threads = await asyncio.to_thread(server.provision, users=6, threads=4, people=3, messages=5)
    await asyncio.to_thread(server.as_people_write)
    await asyncio.to_thread(server.as_people_change)
    for name, requested in pages.page_requests(threads).items():
        page = await asyncio.to_thread(
            load, fetch.closed_loop, server.url, requested, server.group, readers=2, seconds=0.4, warm_up=0.1
        )
        figures = {figure.name: figure for figure in pages.figures(name, "cold", pages.Read(page, page), page)}
        assert figures[f"{name}, cold: not a 200"].value == 0
        assert figures[f"{name}, cold: server CPU"].value > 0
        assert page.pages > 1
        assert page.size > 1000


async def test_each_reader_gets_their_own_page_and_no_new_preference_cookie(url: URL) -> None:
    drawn: list[tuple[str | None, ...]] = []
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar()) as http:
        for number in range(len(people.READERS)):
            headers = people.browser_headers("chat_session=of nobody", number)
            async with http.get("/messages/sign-in/", headers=headers) as answer:
                found = re.search(r'<html lang="(\w+)"(?: data-theme="(\w+)")?', await answer.text())
                assert found
                drawn.append(found.groups())
                set_here = [value.partition("=")[0] for value in answer.headers.getall("Set-Cookie", [])]
                assert not [name for name in set_here if "session" not in name]
                assert answer.headers["Content-Encoding"] == "gzip"
    assert drawn == [("en", None), ("en", "dark"), ("ru", None), ("ru", "dark"), ("en", None), ("en", None)]


def test_each_cold_page_is_a_different_chat_of_many_people() -> None:
    threads = [[Seat("ws://server", f"chat_session={chat}.{place}", chat) for place in range(3)] for chat in range(300)]
    requested = pages.page_requests(threads)
    paths = [each.path for each in requested["chat"]]
    assert sorted(paths) == sorted(f"/messages/chat/{chat}/" for chat in range(300))
    assert paths != sorted(paths, key=lambda path: int(path.split("/")[3]))
    assert len({each.headers["Accept-Language"] for each in requested["chat"]}) > 1
    assert {each.headers["Accept-Encoding"] for each in requested["chat"]} == {"gzip, deflate, br, zstd"}


async def test_idle_connections_request_the_pages_in_turn() -> None:
    asked_for: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked_for.append(request.path)
        return web.Response(text="a page")

    app = web.Application()
    app.router.add_get("/{page}", note)
    async with TestServer(app) as server:
        requested = [fetch.PageRequest(f"/{page}", {}) for page in range(3)]
        reading = await fetch.open_loop(str(server.make_url("")), requested, rate=200, seconds=0.1)
    assert reading.failed == 0
    assert asked_for[:4] == ["/0", "/1", "/2", "/0"]


async def test_a_page_that_is_not_a_200_is_counted_and_misses_the_goal() -> None:
    statuses: list[int] = []

    async def fail_every_other_time(request: web.Request) -> web.Response:
        statuses.append(200 if len(statuses) % 2 else 503)
        return web.Response(status=statuses[-1], text="a page")

    app = web.Application()
    app.router.add_get("/page", fail_every_other_time)
    async with TestServer(app) as server:
        url, requested = str(server.make_url("")), [fetch.PageRequest("/page", {})]
        closed = await fetch.closed_loop(url, requested, {}, readers=1, seconds=0.1, warm_up=0)
        paced = await fetch.open_loop(url, requested, rate=200, seconds=0.1)
    figures = {figure.name: figure for figure in pages.figures("chat", "cold", pages.Read(closed, paced), closed)}
    failed = figures["chat, cold: not a 200"]
    assert failed.value == statuses.count(503) > 1
    assert failed.met is False


async def test_a_crowd_signs_in_again_and_again_and_guesses_are_timed(ana: Person, ben: Person) -> None:
    url, entries = str(ana.url.origin()), door.Entries()
    crowd = asyncio.create_task(door.enter(url, [ana.name, ben.name], PASSWORD, entries))
    async with asyncio.timeout(PATIENCE):
        while len(entries.times) < 4:
            await asyncio.sleep(0.01)
    crowd.cancel()
    await asyncio.wait([crowd])
    assert entries.refused == 0
    guesses = await door.guess(url, [ana.name, "nobody"], "wrong", times=2)
    assert [len(times) for times in guesses] == [2, 2]


async def test_a_slow_action_does_not_delay_later_ones() -> None:
    start = now()
    times = [start + moment for moment in moments(500, 0.2)]
    acted: list[int] = []
    late: list[float] = []

    def act(number: int) -> None:
        late.append(now() - times[number])
        acted.append(number)
        if number == 10:
            until = now() + 0.05
            while now() < until:
                pass

    await pace(times, act)
    assert acted == list(range(len(times)))
    assert min(late) >= 0
    assert min(late[50:]) < 0.05  # the later ones are on time


async def test_what_a_program_sends_is_stored_and_counted(config: Config, serve: Serve) -> None:
    environ = environment(config, SECRET_KEYS=" ".join(config.secret_keys))
    keys = (f"bench:HS256:{base64url(SECRET)}",)
    url = str(await serve(sso_keys=keys, sso_url=SITE)).rstrip("/")
    server = Server(url, {"server": os.getpid()}, durable=True, environ=environ)
    senders, key = await asyncio.to_thread(api.prepare, server)
    sent = await asyncio.to_thread(
        load, programs.send, server.url, key, senders, server.group, connections=2, seconds=0.4, warm_up=0.1
    )
    stored = server.query(api.COUNT)[0][0]
    figures = {figure.name: figure for figure in api.figures(sent, stored)}
    assert figures["not a 200"].value == figures["answered but not stored"].value == 0
    assert 1 < sent.pages <= stored
    assert figures["CPU a message, server"].value > 0
    entered = await asyncio.to_thread(
        load, programs.sign_in, url, SECRET, senders, server.group, connections=2, seconds=0.4, warm_up=0.1
    )
    figures = {figure.name: figure for figure in api.sign_ins(entered)}
    assert figures["sign-ins refused"].value == 0
    assert figures["CPU a sign-in, server"].value > 0


async def test_redis_alone_relays_each_message_to_two_people(config: Config) -> None:
    async with Redis.from_url(str(config.redis_url), protocol=2) as client, client.pubsub() as ana:
        await ana.subscribe(*redis_alone.CHANNELS)
        work = await redis_alone.publish(str(config.redis_url), os.getpid(), seconds=0.2)
        channels: list[bytes] = []
        async for message in ana.listen():
            channels += [message["channel"]] if message["type"] == "message" else []
            if len(channels) == 4:
                break
    first, second, third, *_ = redis_alone.CHANNELS
    assert channels == [first, second, second, third]  # of two messages
    assert work.done > redis_alone.EVENTS
    assert work.cpu["redis"] > 0


async def test_the_source_of_the_import_is_imported_to_the_last_message(config: Config, tmp_path: Path) -> None:
    path = await asyncio.to_thread(make_original, tmp_path / "db.sqlite3", 2000)
    code, output, errors = await chatserver(config, "import-django", str(path))
    assert (code, errors) == (0, "")
    assert json.loads(output) == {
        "people": 40, "threads": 50, "messages": 2000, "added": 2000, "renamed": 0, "redated": 0, "broken": 0
    }  # fmt: skip
