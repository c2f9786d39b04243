"""Open and silent chats: memory, Redis's clients, CPU, and the cost of opening one."""

from collections.abc import Iterator

from bench import crowd
from bench.crowd import Step
from bench.load import load
from bench.report import Figure, say
from bench.stage import Server, Stage

STEPS = [1000, 5000, 10_000]
QUICK_STEPS = [500, 2000]
RELAY_SOCKETS = 5000
LINES = ("server processes", "with PostgreSQL and Redis")
PINGS = 26.0  # seconds in which every socket is pinged once


def idle(stage: Stage) -> Iterator[Figure]:
    steps = QUICK_STEPS if stage.quick else STEPS
    watch = [2.0] * (len(steps) - 1) + [4.0 if stage.quick else PINGS]
    say("idle: the limit")
    with stage.bare_relay() as server:
        before, limit = run(server, [min(RELAY_SOCKETS, steps[-1])], [1.0])
    base = before.memory["server"]
    for step in (before, limit):
        point = ("memory", "bare aiohttp relay", step.sockets)
        yield Figure("idle", f"limit: bare relay, {step.sockets:,} sockets", step.memory["server"], "MiB", plot=point)
    relay_kib = (limit.memory["server"] - base) * 1024 / limit.sockets
    relay_ms = limit.opening_cpu["server"] / limit.opened * 1e3
    say(f"idle: the product, {', '.join(map(str, steps))} chats")
    with stage.product() as server:
        empty, *taken = run(server, steps, watch)
    server_line, all_line = (("memory", name, 0) for name in LINES)
    yield Figure("idle", "no chat open: server processes", empty.memory["server"], "MiB", plot=server_line)
    yield Figure("idle", "no chat open: with PostgreSQL and Redis", sum(empty.memory.values()), "MiB", plot=all_line)
    for step in taken:
        yield from figures(
            step, empty, last=step is taken[-1], full=not stage.quick, limits=(base, relay_kib, relay_ms)
        )


def run(server: Server, steps: list[int], watch: list[float]) -> list[Step]:
    seats = [seat for thread in server.provision(users=steps[-1], threads=steps[-1] // 2) for seat in thread]
    held: list[Step] = load(crowd.hold, seats, server.group, server.environ["REDIS_URL"], steps=steps, watch=watch)
    return held


def figures(step: Step, empty: Step, *, last: bool, full: bool, limits: tuple[float, float, float]) -> Iterator[Figure]:
    base, relay_kib, relay_ms = limits
    goals = last and full
    held = step.memory["server"]
    opening = sum(step.opening_cpu.values()) / step.opened * 1e3

    def figure(name: str, value: float, unit: str = "", **more: object) -> Figure:
        return Figure("idle", f"{step.sockets:,} chats: {name}", value, unit, **more)  # type: ignore[arg-type]

    yield figure(
        "server processes", held, "MiB", limit=base + step.sockets * relay_kib / 1024, limit_name="bare relay",
        ratio_at_most=1.25 if goals else None, plot=("memory", LINES[0], step.sockets),
    )  # fmt: skip
    yield figure(
        "a socket", (held - empty.memory["server"]) * 1024 / step.sockets, "KiB", limit=relay_kib,
        limit_name="bare relay",
    )  # fmt: skip
    yield figure(
        "with PostgreSQL and Redis", sum(step.memory.values()), "MiB", at_most=512 if goals else None,
        plot=("memory", LINES[1], step.sockets),
    )  # fmt: skip
    yield figure("Redis's memory, sessions included", step.redis_memory, "MiB")
    yield figure("Redis's clients", step.redis_clients)
    yield figure("Redis's clients that subscribe, 2 processes", step.redis_subscribers, at_most=2)
    yield figure("server CPU", step.idle_cpu["server"] * 100, "%", at_most=3 if goals else None)
    yield figure("CPU of PostgreSQL and Redis", (step.idle_cpu["PostgreSQL"] + step.idle_cpu["redis"]) * 100, "%")
    yield figure(
        "CPU of opening one, all", opening, "ms", limit=relay_ms, limit_name="bare relay", at_most=0.5 if last else None
    )
    yield figure("CPU of opening one, server", step.opening_cpu["server"] / step.opened * 1e3, "ms")
    yield figure("opened", step.opened / step.opening, "/s")
    yield figure("lost meanwhile", step.gone, at_most=0)
