"""One group that everybody watches: the most messages a second; with a few a second that everybody marks as read, the
time until a message is on the last screen; and the group's page, opened by one of its people after another."""

from collections.abc import Iterator

from bench import people as browsers
from bench import talk
from bench.fetch import PageRequest
from bench.load import load
from bench.report import Figure, percentile, say
from bench.scenarios.pages import closed
from bench.scenarios.throughput import promises
from bench.stage import Server, Stage, Threads
from bench.talk import Talk

PEOPLE = 500
QUICK_PEOPLE = 200
IN_FLIGHT = 8
RATE = 5  # messages a second, of all people together
PAGE_CPU = 5  # ms of the server


def fanout(stage: Stage) -> Iterator[Figure]:
    people, seconds = (QUICK_PEOPLE, 1) if stage.quick else (PEOPLE, 5)
    say("fanout: the limit")
    with stage.redis_relay() as server:
        relay_many, relay_paced = run(server, one_group(server, people), seconds)
    say("fanout: the product")
    with stage.product() as server:
        threads = one_group(server, people)
        many, paced = run(server, threads, seconds)
        say("fanout: the group's page")
        pages = closed(server, group_pages(threads), seconds)
    relays = "Redis relay"
    yield Figure("fanout", f"to {people}: messages", many.rate, "/s", relay_many.rate, relays, ratio_at_least=0.5)
    yield Figure("fanout", f"to {people}: frames", many.rate * people, "/s", relay_many.rate * people, relays)
    for percent in (50, 99):
        yield Figure(
            "fanout", f"to {people}: at {RATE}/s, the last one has it, p{percent}",
            percentile(paced.delays, percent) * 1e3, "ms", percentile(relay_paced.delays, percent) * 1e3, relays,
        )  # fmt: skip
    busy = sum(used for name, used in paced.cpu.items() if name != "own") / paced.seconds * 100
    yield Figure("fanout", f"to {people}: at {RATE}/s, all mark it as read, CPU of all", busy, "%")
    yield Figure("fanout", "CPU a frame, all", many.cpu_each() / people, "µs", relay_many.cpu_each() / people, relays)
    yield Figure("fanout", f"page of {people}: server CPU", pages.cpu_each("server"), "ms", at_most=PAGE_CPU)
    yield Figure("fanout", f"page of {people}: PostgreSQL CPU", pages.cpu_each("PostgreSQL"), "ms")
    yield Figure("fanout", f"page of {people}: not a 200", pages.failed, at_most=0)
    yield from promises("fanout", many, paced)


def one_group(server: Server, people: int) -> Threads:
    return server.provision(users=people, threads=1, people=people)


def group_pages(threads: Threads) -> list[PageRequest]:
    """Returns a request for the group's page by each of its people."""
    (seats,) = threads
    return [
        PageRequest(f"/messages/group/{seat.thread}/", browsers.browser_headers(seat.cookie, number))
        for number, seat in enumerate(seats)
    ]


def run(server: Server, threads: Threads, seconds: float) -> tuple[Talk, Talk]:
    """Runs a closed loop with several messages in flight, and an open loop at a fixed rate."""
    many = load(talk.closed_loop, threads, server.group, durable=server.durable, in_flight=IN_FLIGHT, seconds=seconds)
    paced = load(
        talk.open_loop, threads, server.group, durable=server.durable, rate=RATE, seconds=2 * seconds,
        as_people=server.durable,
    )  # fmt: skip
    return many, paced
