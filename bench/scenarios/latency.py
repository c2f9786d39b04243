"""200 pairs who talk at a fixed total rate: the time from when a message is due to the other screen, and to `sent`.

Once with messages alone, like the limit, and once as people talk, with typing and read markers.
"""

from collections.abc import Iterator
from functools import partial

from bench import limits, talk
from bench.limits import Work
from bench.load import load
from bench.report import Figure, percentile, say
from bench.scenarios.throughput import promises
from bench.stage import Server, Stage, Threads
from bench.talk import Talk

PAIRS = 200
RATE = 500  # messages a second
ALONE = 250  # a second: hardly any message shares a batch
RATES = (100, ALONE, RATE, 1000, 2000)
GOALS = {500: {50: 1.5, 99: 2.0}, 1000: {50: 2.0, 99: 3.0}, 2000: {50: 2.0, 99: 3.0}}  # by rate and percentile
CPU_GOAL = 1.3  # of a message alone


def latency(stage: Stage) -> Iterator[Figure]:
    seconds, rates = (1.5, (RATE,)) if stage.quick else (6, RATES)
    say("latency: the limits")
    single: Work = load(
        limits.insert, stage.environ["DATABASE_URL"], stage.postgres, batch=1, connections=1, seconds=seconds / 2
    )
    with stage.redis_relay() as server:
        threads = server.provision(users=2 * PAIRS, threads=PAIRS)
        relays = {rate: run(rate, threads, server, seconds) for rate in rates}
    with stage.product() as server:
        threads = server.provision(users=2 * PAIRS, threads=PAIRS)
        ours = {rate: run(rate, threads, server, seconds) for rate in rates}
        lively = run(RATE, threads, server, seconds, as_people=True)
    for percent in (50, 99):
        yield Figure("latency", f"limit: one COMMIT, p{percent}", percentile(single.times, percent) * 1e3, "ms")
    for rate in rates:
        yield from compared(rate, ours[rate], relays[rate], single)
    yield from as_people(lively, ours[RATE])
    yield from promises("latency", *ours.values(), lively)


def run(rate: float, threads: Threads, server: Server, seconds: float, *, as_people: bool = False) -> Talk:
    what = "people at the product" if as_people else "the product" if server.durable else "the limit"
    say(f"latency: {what}, {rate} messages/s")
    found: Talk = load(
        talk.open_loop, threads, server.group, durable=server.durable, rate=rate, seconds=seconds, as_people=as_people
    )
    return found


def as_people(lively: Talk, bare: Talk) -> Iterator[Figure]:
    """Yields the figures with typing and reading, compared with messages alone."""
    figure = partial(Figure, "latency", limit_name="messages alone")
    name = f"at {RATE}/s, typing and reading"
    for percent in (50, 99):
        slow, quick = (percentile(talked.delays, percent) * 1e3 for talked in (lively, bare))
        yield figure(f"{name}, p{percent}", slow, "ms", quick)
    yield figure(f"{name}, CPU a message, all", lively.cpu_each(), "µs", bare.cpu_each())
    yield figure(f"{name}, CPU a message, load generator", lively.cpu_each("own"), "µs", bare.cpu_each("own"))


def compared(rate: int, ours: Talk, relay: Talk, single: Work) -> Iterator[Figure]:
    """Yields the figures at one rate; the limit is one COMMIT of a `single` row and twice the relay's time."""
    for name, times in (("on the partner's screen", ours.delays), ("acknowledged", ours.answers)):
        for percent in (50, 95, 99):
            shown = percent != 95 and times is ours.delays
            goal = GOALS.get(rate, {}).get(percent) if shown else None
            limit = percentile(single.times, percent) + 2 * percentile(relay.delays, percent)
            yield Figure(
                "latency", f"at {rate}/s, {name}, p{percent}", percentile(times, percent) * 1e3, "ms",
                limit * 1e3, "COMMIT + 2 Redis relays", ratio_at_most=goal,
                plot=("latency", f"p{percent}", rate) if shown else None,
            )  # fmt: skip
    for percent in (50, 99):
        name = f"relay through Redis, p{percent}"
        delay = percentile(relay.delays, percent) * 1e3
        yield Figure("latency", f"at {rate}/s, {name}", delay, "ms", plot=("latency", name, rate))
    figure = partial(Figure, "latency", unit="µs", ratio_at_most=CPU_GOAL if rate == ALONE else None)
    yield figure(
        f"at {rate}/s, CPU a message, all", ours.cpu_each(), limit=relay.cpu_each() + single.cpu_each,
        limit_name="Redis relay + single insert",
    )  # fmt: skip
    yield figure(
        f"at {rate}/s, CPU a message, PostgreSQL", ours.cpu_each("PostgreSQL"),
        limit=single.cpu["PostgreSQL"] / single.done * 1e6, limit_name="single insert, PostgreSQL",
    )  # fmt: skip
    yield Figure("latency", f"at {rate}/s, load generator's own lag, p99", percentile(ours.lags, 99) * 1e3, "ms")
