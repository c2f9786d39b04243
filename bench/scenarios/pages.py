"""The conversations page of 50 threads and the chat page of 100 messages; the limit is a ready page as big."""

from collections.abc import Iterator
from functools import partial

from bench import fetch
from bench.load import load
from bench.report import Figure, percentile, say
from bench.stage import Server, Stage

THREADS = 50
MESSAGES = 100
PEOPLE = 3  # of each thread, since two people have only one
READERS = 8
RATE = 50  # pages a second, for the latency
GOALS = {"conversations": 1.5, "chat": 2.5, "chat's pane": 2.5}  # ms of server CPU
PANE = {"Chat-Part": "main"}  # as a browser goes from chat to chat: without the conversations beside it


def pages(stage: Stage) -> Iterator[Figure]:
    seconds = 1 if stage.quick else 6
    with stage.product() as server:
        threads = server.provision(users=PEOPLE, threads=THREADS, people=PEOPLE, messages=MESSAGES)
        seat = threads[0][0]
        signed_in, chat = {"Cookie": seat.cookie}, f"/messages/chat/{seat.thread}/"
        asked = {
            "conversations": ("/messages/", signed_in),
            "chat": (chat, signed_in),
            "chat's pane": (chat, signed_in | PANE),
        }
        closed, paced = {}, {}
        for name, (path, headers) in asked.items():
            say(f"pages: {name}")
            closed[name] = read(server, path, headers, seconds)
            paced[name] = load(fetch.open_loop, server.url, path, headers, rate=RATE, seconds=seconds)
    with stage.bare_relay() as server:
        say("pages: the limit")
        ready = {name: read(server, f"/page?{page.size}", {}, seconds / 2) for name, page in closed.items()}
    for name in asked:
        yield from figures(name, closed[name], paced[name], ready[name])


def read(server: Server, path: str, headers: dict[str, str], seconds: float) -> fetch.Reading:
    reading: fetch.Reading = load(
        fetch.closed_loop, server.url, path, headers, server.group, readers=READERS, seconds=seconds
    )
    return reading


def figures(name: str, closed: fetch.Reading, paced: fetch.Reading, limit: fetch.Reading) -> Iterator[Figure]:
    figure = partial(Figure, "pages", limit_name="ready page")
    yield figure(f"{name}, server CPU", closed.cpu_each("server"), "ms", limit.cpu_each("server"), at_most=GOALS[name])
    yield Figure("pages", f"{name}, PostgreSQL CPU", closed.cpu_each("PostgreSQL"), "ms")
    yield Figure("pages", f"{name}, Redis CPU", closed.cpu_each("redis"), "ms")
    yield figure(f"{name}, {READERS} readers", closed.pages / closed.seconds, "/s", limit.pages / limit.seconds)
    for percent in (50, 99):
        yield Figure("pages", f"{name}, at {RATE}/s, p{percent}", percentile(paced.times, percent) * 1e3, "ms")
    yield Figure("pages", f"{name}, not a 200", closed.failed + paced.failed, at_most=0)
