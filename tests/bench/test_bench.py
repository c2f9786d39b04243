"""The benchmark measures what it says; the parts of it that need no requirements of its own."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bench import door, fetch, people, plots
from bench.load import LoadError, load
from bench.markdown import markdown
from bench.needs import NEEDS, UNLIMITED, Machine, lacks
from bench.pacer import moments, now, pace
from bench.processes import family
from bench.report import Figure, Record, percentile, table
from bench.scenarios import pages
from bench.stage import Seat, Server
from chatserver.config.settings import Config
from tests.conftest import Serve
from tests.support.people import PASSWORD, PATIENCE, Person

ROOT = Path(__file__).parents[2]


async def test_pages_are_read_and_counted_and_their_cpu_is_known(config: Config, serve: Serve) -> None:
    environ = os.environ | {
        "DATABASE_URL": config.database_url or "",
        "REDIS_URL": config.redis_url or "",
        "REDIS_PREFIX": config.redis_prefix,
        "SECRET_KEYS": " ".join(config.secret_keys),
        "DATA_DIR": str(config.data_dir),
    }
    server = Server(str(await serve()).rstrip("/"), {"server": os.getpid()}, durable=True, environ=environ)
    threads = await asyncio.to_thread(server.provision, users=6, threads=4, people=3, messages=5)
    await asyncio.to_thread(server.as_people_write)
    for name, asked in pages.asks(threads).items():
        page = await asyncio.to_thread(
            load, fetch.closed_loop, server.url, asked, server.group, readers=2, seconds=0.4, warm_up=0.1
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
    asked = pages.asks(threads)
    paths = [ask.path for ask in asked["chat"]]
    assert sorted(paths) == sorted(f"/messages/chat/{chat}/" for chat in range(300))
    assert paths != sorted(paths, key=lambda path: int(path.split("/")[3]))
    assert len({ask.headers["Accept-Language"] for ask in asked["chat"]}) > 1
    assert {ask.headers["Accept-Encoding"] for ask in asked["chat"]} == {"gzip, deflate, br, zstd"}


async def test_readers_ask_for_one_page_after_the_other_whichever_is_free() -> None:
    asked_for: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked_for.append(request.path)
        return web.Response(text="a page")

    app = web.Application()
    app.router.add_get("/{page}", note)
    async with TestServer(app) as server:
        asked = [fetch.Ask(f"/{page}", {}) for page in range(3)]
        reading = await fetch.open_loop(str(server.make_url("")), asked, rate=200, seconds=0.1)
    assert reading.failed == 0
    assert asked_for[:4] == ["/0", "/1", "/2", "/0"]


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


def test_what_was_measured_before_an_error_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = Record(tmp_path / "results" / "run.jsonl")
    record.begin(quick=True)

    def scenario() -> Iterator[Figure]:
        yield Figure("idle", "a socket", 20.1, "KiB")
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        record.keep("idle", scenario())
    record.fail("idle", "failed: OSError: no more")
    lines = [json.loads(line) for line in record.path.read_text().splitlines()]
    assert [line.get("name", line.get("failed")) for line in lines[1:]] == ["a socket", "failed: OSError: no more"]
    assert "a socket" in capsys.readouterr().out
    assert record.measured == []


def test_an_error_in_the_load_generator_is_one_sentence_with_its_traceback() -> None:
    with pytest.raises(LoadError) as error:
        load(fails)
    assert str(error.value) == "KeyError: 'there is no such thing'"
    assert "in fails" in error.value.__notes__[0]


async def fails() -> None:
    raise KeyError("there is no such thing")


@dataclass
class Bench:
    """One `python -m bench`, on a machine without a browser."""

    folder: Path
    hard_limit: int | None = None  # of open files
    settings: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """In a process group of its own, as a terminal would."""
        (self.folder / "bin").mkdir()
        environ = {name: value for name, value in os.environ.items() if name not in {"CHROMIUM", "REQUIRE_BROWSER"}}
        environ |= {"PATH": str(self.folder / "bin"), "PLAYWRIGHT_BROWSERS_PATH": str(self.folder), **self.settings}
        command = [sys.executable, "-m", "bench", *arguments, "--quick", "--results", str(self.folder / "results")]
        if self.hard_limit:
            command = ["/bin/sh", "-c", f'ulimit -n {self.hard_limit} && exec "$@"', "sh", *command]
        return subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and all that was printed."""
        with self.start(*arguments) as process:
            output, errors = process.communicate()
        assert "Traceback" not in output + errors
        return process.returncode, output

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What is kept, without the conditions of the run."""
        (path,) = (self.folder / "results").iterdir()
        first, *others = (json.loads(line) for line in path.read_text().splitlines())
        assert first["run"]["quick"]
        return others


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ({"files": 1024}, "10,000 sockets need 10,500 open files and 1,024 are allowed"),
        ({"ports": 8000}, "10,000 sockets need 10,500 local ports and there are 8,000"),
        ({"memory": 300}, "it needs 1,024 MiB of memory and 300 are free"),
        ({"disk": 100}, "it needs 1,024 MiB in /var/tmp and 100 are free"),
        ({"picows": False}, "the package picows is not installed"),
    ],
)
def test_whatever_a_scenario_lacks_is_named(missing: dict[str, Any], reason: str) -> None:
    machine = Machine(files=UNLIMITED, ports=28_000, memory=4000, disk=4000, browser=False, picows=True)
    assert lacks(NEEDS["idle"], machine, quick=False) == []
    (found,) = lacks(NEEDS["idle"], replace(machine, **missing), quick=False)
    assert found.startswith(reason)


def test_every_scenario_says_what_it_needs() -> None:
    modules = {path.stem.replace("_", "-") for path in (ROOT / "bench" / "scenarios").glob("[a-z]*.py")}
    assert NEEDS.keys() == modules


def test_without_a_browser_the_benchmark_says_so_before_it_begins(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    code, output = bench.run("visit")
    assert code == 1
    assert "a Chromium or Chrome" in output.splitlines()[0]
    assert "visit: cannot run here: no Chromium or Chrome was found; `make browser` fetches one." in output
    assert "0 of 1 scenarios measured" in output
    assert [line["scenario"] for line in bench.lines] == ["visit"]


def test_too_few_open_files_stop_the_scenarios_that_need_more(tmp_path: Path) -> None:
    code, output = Bench(tmp_path, hard_limit=700).run("idle")
    assert code == 1
    assert "2,500 open files (700 allowed)" in output
    assert "idle: cannot run here: 2,000 sockets need 2,500 open files and 700 are allowed" in output


def test_a_place_where_nothing_can_be_kept_is_named_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with Bench(tmp_path).start("pages") as process:
        _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.startswith("make bench: ")
    assert str(tmp_path / "results") in errors


def test_a_scenario_that_is_not_there_is_named() -> None:
    command = [sys.executable, "-m", "bench", "paegs"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "there is no scenario paegs; there are latency, " in ran.stderr


@pytest.mark.long
def test_what_cannot_run_is_named_and_the_rest_runs(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    code, output = bench.run("visit", "pages")
    assert code == 1
    assert "not measured: visit: cannot run here: no Chromium or Chrome was found" in output
    assert "1 of 2 scenarios measured" in output
    assert {line["scenario"] for line in bench.lines[1:]} == {"pages"}
    assert "chat, cold: server CPU" in {line["name"] for line in bench.lines[1:]}


@pytest.mark.long
@pytest.mark.parametrize(
    ("end", "when"),
    [
        (signal.SIGINT, "pages: conversations, cold"),
        (signal.SIGTERM, "pages: making"),
        (signal.SIGHUP, "pages: making"),
    ],
)
def test_a_failure_takes_nothing_else_with_it_and_a_stop_leaves_nothing_running(
    tmp_path: Path, end: signal.Signals, when: str
) -> None:
    bench = Bench(tmp_path, settings={"CHROMIUM": "/bin/true"})  # is no browser
    with bench.start("visit", "pages") as process:
        assert process.stderr
        while when not in (line := process.stderr.readline()):
            assert line
        started = family(process.pid)
        folders = [folder for folder in map(working_folder, started) if folder.is_relative_to("/var/tmp")]
        data = {Path(*folder.parts[:4]) for folder in folders}
        os.killpg(process.pid, end)
        output, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in output + errors
    assert "not measured: visit: failed: " in output
    assert "not measured: pages: stopped before its end" in output
    failed, stopped = bench.lines
    assert "BrowserType.launch" in failed["traceback"]
    assert stopped == {"scenario": "pages", "failed": "stopped before its end"}
    assert len(data) == 1
    assert not [folder for folder in data if folder.exists()]
    assert len(started) > 5
    deadline = time.monotonic() + PATIENCE  # what PostgreSQL had started ends a moment after it
    while left := [pid for pid in started if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def working_folder(pid: int) -> Path:
    """Of a process; nowhere when it has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except FileNotFoundError:
        return Path()


def test_the_table_of_the_document_comes_from_the_last_run_that_measured_a_scenario(tmp_path: Path) -> None:
    first, second = Record(tmp_path / "1.jsonl"), Record(tmp_path / "2.jsonl")
    for record, kib in ((first, 20.1), (second, 21.2)):
        record.begin(quick=False)
        record.keep("idle", [Figure("idle", "a socket", kib, "KiB", limit=14.0, limit_name="bare relay", at_most=25)])
    first.keep("visit", [Figure("visit", "requests", 26, at_most=25), Figure("visit", "lost", 0, at_most=0)])
    second.fail("visit", "failed: no browser")
    lines = [line for record in (first, second) for line in record.path.read_text().splitlines()]
    assert markdown(lines).splitlines()[2:] == [
        "| `idle` | a socket | 21.2 KiB | 14.0 (bare relay) | 1.51 | ≤ 25.0: met |",
        "| `visit` | requests | 26.0 |  |  | ≤ 25.0: **not met** |",
    ]
