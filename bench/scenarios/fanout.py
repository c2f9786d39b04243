"""One group, everyone watching: messages a second, and how long until the last one has it."""

from collections.abc import Iterator

from bench import talk
from bench.load import load
from bench.report import Figure, percentile, say
from bench.scenarios.throughput import promises
from bench.stage import Server, Stage
from bench.talk import Talk

PEOPLE = 500
QUICK_PEOPLE = 200
IN_FLIGHT = 8


def fanout(stage: Stage) -> Iterator[Figure]:
    people, seconds = (QUICK_PEOPLE, 1) if stage.quick else (PEOPLE, 5)
    say("fanout: the limit")
    with stage.redis_relay() as server:
        relay_many, relay_one = run(server, people, seconds)
    say("fanout: the product")
    with stage.product() as server:
        many, one = run(server, people, seconds)
    relays = "Redis relay"
    yield Figure("fanout", f"to {people}: messages", many.rate, "/s", relay_many.rate, relays)
    yield Figure("fanout", f"to {people}: frames", many.rate * people, "/s", relay_many.rate * people, relays)
    for percent in (50, 99):
        yield Figure(
            "fanout", f"to {people}: the last one has it, p{percent}", percentile(one.delays, percent) * 1e3, "ms",
            percentile(relay_one.delays, percent) * 1e3, relays,
        )  # fmt: skip
    yield Figure("fanout", "CPU a frame, all", many.cpu_each() / people, "µs", relay_many.cpu_each() / people, relays)
    yield from promises("fanout", many, one)


def run(server: Server, people: int, seconds: float) -> tuple[Talk, Talk]:
    """With several under way, and one at a time."""
    threads = server.provision(users=people, threads=1, people=people)
    many, one = (
        load(talk.closed_loop, threads, server.group, durable=server.durable, in_flight=in_flight, seconds=seconds)
        for in_flight in (IN_FLIGHT, 1)
    )
    return many, one
