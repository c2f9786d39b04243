"""One group, everyone watching: the most messages a second; and at a few a second, all of which everybody marks as
read, how long until the last one has it."""

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
RATE = 5  # messages a second, of all people together


def fanout(stage: Stage) -> Iterator[Figure]:
    people, seconds = (QUICK_PEOPLE, 1) if stage.quick else (PEOPLE, 5)
    say("fanout: the limit")
    with stage.redis_relay() as server:
        relay_many, relay_paced = run(server, people, seconds)
    say("fanout: the product")
    with stage.product() as server:
        many, paced = run(server, people, seconds)
    relays = "Redis relay"
    yield Figure("fanout", f"to {people}: messages", many.rate, "/s", relay_many.rate, relays)
    yield Figure("fanout", f"to {people}: frames", many.rate * people, "/s", relay_many.rate * people, relays)
    for percent in (50, 99):
        yield Figure(
            "fanout", f"to {people}: at {RATE}/s, the last one has it, p{percent}",
            percentile(paced.delays, percent) * 1e3, "ms", percentile(relay_paced.delays, percent) * 1e3, relays,
        )  # fmt: skip
    busy = sum(used for name, used in paced.cpu.items() if name != "own") / paced.seconds * 100
    yield Figure("fanout", f"to {people}: at {RATE}/s, all mark it as read, CPU of all", busy, "%")
    yield Figure("fanout", "CPU a frame, all", many.cpu_each() / people, "µs", relay_many.cpu_each() / people, relays)
    yield from promises("fanout", many, paced)


def run(server: Server, people: int, seconds: float) -> tuple[Talk, Talk]:
    """With several under way, and at a fixed rate."""
    threads = server.provision(users=people, threads=1, people=people)
    many = load(talk.closed_loop, threads, server.group, durable=server.durable, in_flight=IN_FLIGHT, seconds=seconds)
    paced = load(
        talk.open_loop, threads, server.group, durable=server.durable, rate=RATE, seconds=2 * seconds,
        as_people=server.durable,
    )  # fmt: skip
    return many, paced
