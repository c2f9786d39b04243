"""All sockets are cut at once, and reconnect as browsers do."""

from collections.abc import Iterator

from bench import crowd
from bench.crowd import Storm
from bench.load import load
from bench.report import Figure, percentile, say
from bench.stage import Server, Stage

SOCKETS = 5000
QUICK_SOCKETS = 1000


def storm(stage: Stage) -> Iterator[Figure]:
    sockets = QUICK_SOCKETS if stage.quick else SOCKETS
    say("storm: the limit")
    with stage.bare_relay() as server:
        limit = run(server, sockets)
    say("storm: the product")
    with stage.product() as server:
        ours = run(server, sockets)
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


def run(server: Server, sockets: int) -> Storm:
    seats = [seat for thread in server.provision(users=sockets, threads=sockets // 2) for seat in thread]
    done: Storm = load(crowd.storm, seats, server.group)
    return done
