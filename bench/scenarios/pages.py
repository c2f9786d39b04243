"""The conversations page of 50 threads and the chat page of 100 messages; the limit is a ready page as big.

Cold: the servers have no cached fragments of any page, since each is of another user or chat, as for people who come
to a site. Warm: one user requests one page again and again, which is the best case.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bench import fetch, people
from bench.fetch import PageRequest
from bench.load import load
from bench.report import Figure, percentile, say
from bench.stage import Server, Stage, Threads

CHATS = 2500  # each with 100 messages: more than any cache of fragments holds, and more than a run requests
THREADS = 50  # for each user
MESSAGES = 100
PEOPLE = 3  # in each thread, since two people share only one
CHANGED = "chat, half of it changed"
READERS = 8
RATE = 50  # pages a second, for the latency
GOALS = {"conversations": 1.5, "chat": 2.5, "chat's pane": 2.5, CHANGED: 3.25}  # ms of server CPU
PANE = {"Chat-Part": "main"}  # how a browser goes from chat to chat: without the list of conversations


@dataclass
class Read:
    """A page requested one at a time on each connection, and at a fixed rate."""

    closed: fetch.Reading
    paced: fetch.Reading


def pages(stage: Stage) -> Iterator[Figure]:
    seconds = 1 if stage.quick else 6
    read: dict[tuple[str, str], Read] = {}
    with stage.product() as server:
        say(f"pages: making {CHATS:,} chats")
        threads = server.provision(users=CHATS * PEOPLE // THREADS, threads=CHATS, people=PEOPLE, messages=MESSAGES)
        server.as_people_write()
        requests = page_requests(threads)
        for name, requested in [*requests.items(), (CHANGED, requests["chat"])]:
            if name == CHANGED:
                server.as_people_change()
            for kind, chosen in (("cold", requested), ("warm", requested[:1])):
                say(f"pages: {name}, {kind}")
                read[name, kind] = Read(
                    closed(server, chosen, seconds),
                    load(fetch.open_loop, server.url, chosen[::-1], rate=RATE, seconds=seconds),
                )
    with stage.bare_relay() as server:
        say("pages: the limit")
        sizes = {name: each.closed.size for (name, kind), each in read.items() if kind == "cold"}
        ready = {name: closed(server, [PageRequest(f"/page?{size}", {})], seconds / 2) for name, size in sizes.items()}
    for (name, kind), each in read.items():
        yield from figures(name, kind, each, ready[name])
    for kind in ("cold", "warm"):
        changed, plain = (read[name, kind].closed.cpu_each("server") for name in (CHANGED, "chat"))
        yield Figure(
            "pages", f"{CHANGED}, {kind}: server CPU", changed, "ms", plain, "the same unchanged", ratio_at_most=1.3
        )


def page_requests(threads: Threads) -> dict[str, list[PageRequest]]:
    """Returns requests for each chat by one of its people, and for everybody's conversations, in random order."""
    chance = random.Random(4)
    seats = [chance.choice(thread) for thread in chance.sample(threads, len(threads))]
    number = {cookie: place for place, cookie in enumerate(sorted({seat.cookie for seat in seats}))}
    headers = {cookie: people.browser_headers(cookie, place) for cookie, place in number.items()}
    chats = [PageRequest(f"/messages/chat/{seat.thread}/", headers[seat.cookie]) for seat in seats]
    everyone = chance.sample(list(headers.values()), len(headers))
    return {
        "conversations": [PageRequest("/messages/", each) for each in everyone],
        "chat": chats,
        "chat's pane": [PageRequest(chat.path, chat.headers | PANE) for chat in chats],
    }


def closed(server: Server, requested: Sequence[PageRequest], seconds: float) -> fetch.Reading:
    reading: fetch.Reading = load(
        fetch.closed_loop, server.url, requested, server.group, readers=READERS, seconds=seconds
    )
    return reading


def figures(name: str, kind: str, read: Read, limit: fetch.Reading) -> Iterator[Figure]:
    """Yields figures; only cold pages have goals, since warm ones are always faster."""
    page, goal, name = read.closed, GOALS[name] if kind == "cold" else None, f"{name}, {kind}"
    figure = partial(Figure, "pages", limit_name="ready page")
    yield figure(f"{name}: server CPU", page.cpu_each("server"), "ms", limit.cpu_each("server"), at_most=goal)
    yield Figure("pages", f"{name}: PostgreSQL CPU", page.cpu_each("PostgreSQL"), "ms")
    yield Figure("pages", f"{name}: Redis CPU", page.cpu_each("redis"), "ms")
    yield Figure("pages", f"{name}: load generator CPU", page.cpu_each("own"), "ms")
    yield figure(f"{name}: {READERS} readers", page.pages / page.seconds, "/s", limit.pages / limit.seconds)
    for percent in (50, 99):
        yield Figure("pages", f"{name}: at {RATE}/s, p{percent}", percentile(read.paced.times, percent) * 1e3, "ms")
    yield Figure("pages", f"{name}: not a 200", page.failed + read.paced.failed, at_most=0)
    yield Figure("pages", f"{name}: size on the wire", page.size / 1024, "KiB")
