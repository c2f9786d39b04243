"""A thread of a million messages against one of a hundred, which is the limit: page, history, sending."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench import fetch, talk
from bench.load import load
from bench.report import Figure, percentile, say
from bench.stage import Seat, Server, Stage, StageError

LONG, QUICK_LONG, SHORT = 1_000_000, 100_000, 100
ROUNDS = 4  # by turns, so that whatever else the machine does meets both
WITHIN = 1.1


@dataclass
class Sums:
    """Of all rounds: seconds of CPU, numbers of things done, seconds that each took."""

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
        seats = {number: server.provision(users=2, threads=1, messages=number) for number in (SHORT, messages)}
        server.query("vacuum analyze messages")  # or PostgreSQL does so by itself, while we measure
        server.query("checkpoint")
        sums = {number: Sums() for number in seats}
        for turn in range(rounds):
            say(f"history: round {turn + 1} of {rounds}")
            for number in sorted(seats, reverse=bool(turn % 2)):
                measure(server, seats[number], sums[number])
    long, short = sums[messages], sums[SHORT]
    limit_name = f"thread of {SHORT}"
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


def measure(server: Server, threads: list[list[Seat]], sums: Sums) -> None:
    seat = threads[0][0]
    chat = f"/messages/chat/{seat.thread}/"
    for what, path in (("chat page", chat), ("history", f"{chat}history")):
        reading = load(
            fetch.closed_loop,
            server.url,
            path,
            {"Cookie": seat.cookie},
            server.group,
            readers=1,
            seconds=1.5,
            warm_up=0.3,
        )
        if reading.failed:
            raise StageError(f"{reading.failed} of {reading.pages} times {path} was not a 200.")
        sums.add(what, total(reading.cpu), reading.pages, reading.times)
    said = load(talk.closed_loop, threads, server.group, durable=True, in_flight=4, seconds=1.5)
    sums.add("sending", total(said.cpu), said.delivered, said.answers)


def total(cpu: dict[str, float]) -> float:
    return sum(seconds for name, seconds in cpu.items() if name != "own")
