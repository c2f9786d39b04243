"""The benchmark measures what it says; the parts of it that need no requirements of its own."""

import asyncio
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import door, fetch, plots
from bench.pacer import moments, now, pace
from bench.report import Figure, percentile, table
from bench.scenarios import pages
from bench.stage import Server, load
from chatserver.config import Config
from tests.conftest import Serve
from tests.people import PASSWORD, PATIENCE, Person


async def test_pages_are_read_and_counted_and_their_cpu_is_known(config: Config, serve: Serve) -> None:
    environ = os.environ | {
        "DATABASE_URL": config.database_url or "",
        "REDIS_URL": config.redis_url or "",
        "REDIS_PREFIX": config.redis_prefix,
        "SECRET_KEYS": " ".join(config.secret_keys),
        "DATA_DIR": str(config.data_dir),
    }
    server = Server(str(await serve()).rstrip("/"), {"server": os.getpid()}, durable=True, environ=environ)
    threads = await asyncio.to_thread(server.provision, users=3, threads=2, people=3, messages=5)
    seat = threads[0][0]
    page = (server.url, f"/messages/chat/{seat.thread}/", {"Cookie": seat.cookie})
    read = await asyncio.to_thread(load, fetch.closed_loop, *page, server.group, readers=2, seconds=0.4, warm_up=0.1)
    figures = {figure.name: figure for figure in pages.figures("chat", read, read, read)}
    assert figures["chat, not a 200"].value == 0
    assert figures["chat, server CPU"].value > 0
    assert read.pages > 1
    assert read.size > 1000


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

    def act(number: int) -> None:
        assert now() >= times[number]
        acted.append(number)
        if number == 10:
            until = now() + 0.05
            while now() < until:
                pass

    await pace(times, act)
    assert acted == list(range(len(times)))


def test_the_table_says_which_goals_are_met() -> None:
    figures = [
        Figure("pages", "chat", 3.0, "ms", limit=0.1, limit_name="ready page", at_most=2.5),
        Figure("throughput", "durable messages", 5000, "/s", limit=10_000, ratio_at_least=0.25),
        Figure("throughput", "lost", 0, at_most=0),
    ]
    assert [figure.met for figure in figures] == [False, True, True]
    assert [line.split()[-1] for line in table(figures).splitlines()] == ["MISSED", "met", "met"]
    assert "30.0" in table(figures)


def test_a_percentile_is_one_of_the_numbers() -> None:
    assert [percentile(range(1, 101), percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert percentile([7], 50) == 7


def test_the_pictures_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plots, "DOCS", tmp_path)
    plots.draw_all(
        Figure("latency", "p50", rate / 100, "ms", plot=("latency", "p50", rate)) for rate in (100, 500, 2000)
    )
    assert [path.name for path in tmp_path.iterdir()] == ["latency.svg"]
    drawing = ElementTree.parse(tmp_path / "latency.svg").getroot()
    assert len([element for element in drawing if element.tag.endswith("circle")]) == 3
