"""The benchmark measures what it says."""

import asyncio
import os
import re

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bench import door, fetch, people
from bench.load import load
from bench.pacer import moments, now, pace
from bench.scenarios import pages
from bench.stage import Seat, Server
from chatserver.config.settings import Config
from tests.support.people import PASSWORD, PATIENCE, Person
from tests.support.processes import environment
from tests.support.servers import Serve


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


async def test_pages_are_drawn_for_each_reader_with_nothing_left_to_remember(url: URL) -> None:
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


def test_a_cold_page_is_another_chat_each_time_and_of_many_people() -> None:
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


async def test_a_slow_act_moves_no_later_moment() -> None:
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
    assert min(late[50:]) < 0.05  # those after it come in time
