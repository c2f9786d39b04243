"""All sockets are cut at once, and reconnect as browsers do."""

from collections.abc import Iterator

from bench import crowd
from bench.blocks import LOGGED, longest
from bench.crowd import Storm
from bench.load import load
from bench.report import Figure, percentile, say
from bench.stage import Seat, Server, Stage

SOCKETS = 5000
QUICK_SOCKETS = 1000
BLOCK = 50  # ms


def storm(stage: Stage) -> Iterator[Figure]:
    sockets = QUICK_SOCKETS if stage.quick else SOCKETS
    say("storm: the limit")
    with stage.bare_relay() as server:
        limit: Storm = load(crowd.storm, provision(server, sockets), server.group)
    say("storm: the product")
    stage.environ |= {"BENCH_BLOCKS": "on"}
    with stage.product() as server:
        seats = provision(server, sockets)
        before = len(stage.logged(LOGGED))  # a worker that starts keeps nobody waiting
        ours: Storm = load(crowd.storm, seats, server.group)
        late, own = longest(stage.logged(LOGGED)[before:])
    for name, percent in (("half of them", 50), ("99 of 100", 99), ("all", 100)):
        yield Figure(
            "storm", f"{sockets:,} cut: {name} reconnected within", percentile(ours.times, percent), "s",
            percentile(limit.times, percent), "bare relay",
        )  # fmt: skip
    yield Figure(
        "storm", "CPU of coming back, all", sum(ours.cpu.values()) / sockets * 1e3, "ms",
        limit.cpu["server"] / sockets * 1e3, "bare relay",
    )  # fmt: skip
    yield Figure("storm", "CPU of coming back, load generator", ours.own / sockets * 1e3, "ms")
    yield Figure("storm", "handshakes that failed", ours.failed)
    yield Figure("storm", "longest block of an event loop", late, "ms")
    yield Figure("storm", "the same without waits for a core", own, "ms", at_most=BLOCK)


def provision(server: Server, sockets: int) -> list[Seat]:
    return [seat for thread in server.provision(users=sockets, threads=sockets // 2) for seat in thread]
