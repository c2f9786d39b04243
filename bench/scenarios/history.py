"""A thread of a million messages against threads of a hundred, which are the limit: page, history, sending.

The newest page is requested again and again. Places further back differ each time, as do the short threads that
they are compared with: both are rendered without a cache.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench import fetch, talk
from bench.fetch import PageRequest
from bench.load import load
from bench.people import browser_headers
from bench.report import Figure, percentile, say
from bench.stage import Seat, Server, Stage, StageError, Threads

LONG, QUICK_LONG, SHORT = 1_000_000, 100_000, 100
SHORT_THREADS = 100
PLACES = 1000
ROUNDS = 4  # in turn, so that other work of the machine affects both
WITHIN = 1.1


@dataclass
class Sums:
    """Sums of all rounds: seconds of CPU, numbers of operations, and the seconds of each."""

    cpu: dict[str, float] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    def add(self, what: str, cpu: float, done: int, times: list[float]) -> None:
        self.cpu[what] = self.cpu.get(what, 0) + cpu
        self.done[what] = self.done.get(what, 0) + done
        self.times.setdefault(what, []).extend(times)


def history(stage: Stage) -> Iterator[Figure]:
    messages, rounds = (QUICK_LONG, 1) if stage.quick else (LONG, ROUNDS)
    with stage.product() as server:
        say(f"history: making a thread of {messages:,} messages")
        seats = {
            number: server.provision(users=2 * threads, threads=threads, messages=number)
            for number, threads in ((SHORT, SHORT_THREADS), (messages, 1))
        }
        server.query("vacuum analyze messages")  # otherwise PostgreSQL does so by itself during the measurement
        server.query("checkpoint")
        sums = {number: Sums() for number in seats}
        for turn in range(rounds):
            say(f"history: round {turn + 1} of {rounds}")
            for number in sorted(seats, reverse=bool(turn % 2)):
                measure(server, seats[number], number, sums[number])
    long, short = sums[messages], sums[SHORT]
    limit_name = f"threads of {SHORT}"
    for what in long.done:
        name = f"thread of {messages:,}: {what}"
        yield Figure(
            "history", f"{name}, CPU", long.cpu[what] / long.done[what] * 1e3, "ms",
            short.cpu[what] / short.done[what] * 1e3, limit_name, ratio_at_most=WITHIN,
        )  # fmt: skip
        yield Figure(
            "history", f"{name}, p50", percentile(long.times[what], 50) * 1e3, "ms",
            percentile(short.times[what], 50) * 1e3, limit_name,
        )  # fmt: skip


def measure(server: Server, threads: Threads, messages: int, sums: Sums) -> None:
    for what, requested in page_requests(threads, messages).items():
        reading = load(fetch.closed_loop, server.url, requested, server.group, readers=1, seconds=1.5, warm_up=0.3)
        if reading.failed:
            raise StageError(f"{reading.failed} of {reading.pages} times {requested[0].path} was not a 200.")
        sums.add(what, total(reading.cpu), reading.pages, reading.times)
    said = load(talk.closed_loop, threads[:1], server.group, durable=True, in_flight=4, seconds=1.5)
    sums.add("sending", total(said.cpu), said.delivered, said.answers)


def page_requests(threads: Threads, messages: int) -> dict[str, list[PageRequest]]:
    """Returns requests for a thread's newest messages, and for a hundred messages elsewhere, as a page and as JSON."""
    chance = random.Random(6)

    def request(seat: Seat, more: str = "") -> PageRequest:
        return PageRequest(f"/messages/chat/{seat.thread}/{more}", browser_headers(seat.cookie, 0))

    def anywhere() -> Seat:
        return chance.choice(threads)[0]

    half = SHORT // 2
    return {
        "chat page": [request(threads[0][0])],
        "chat page anywhere": [request(anywhere(), f"?at={chance.randint(half + 1, messages - half + 1)}")
                               for _ in range(PLACES)],
        "history": [request(anywhere(), f"history?before={chance.randint(SHORT, messages) + 1}")
                    for _ in range(PLACES)],
    }  # fmt: skip


def total(cpu: dict[str, float]) -> float:
    return sum(seconds for name, seconds in cpu.items() if name != "own")
