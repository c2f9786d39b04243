"""As many messages as possible, several of each pair in flight, compared with the parts alone."""

from collections.abc import Iterator

from bench import limits, talk
from bench.load import load
from bench.report import Figure, say
from bench.stage import Server, Stage
from bench.talk import Talk

PAIRS = 200
IN_FLIGHT = 5  # of each pair
COUNT = "select count(*) from messages"
BATCH = 100  # rows: the product's own BATCH_MESSAGES


def throughput(stage: Stage) -> Iterator[Figure]:
    seconds = 1 if stage.quick else 8

    def figure(name: str, value: float, unit: str, **more: object) -> Figure:
        return Figure("throughput", name, value, unit, **more)  # type: ignore[arg-type]

    say("throughput: the limits")
    database, redis = stage.environ["DATABASE_URL"], stage.environ["REDIS_URL"]
    rows = load(limits.insert, database, stage.postgres, batch=BATCH, connections=2, seconds=seconds / 2)
    single = load(limits.insert, database, stage.postgres, batch=1, connections=1, seconds=seconds / 4)
    published = load(limits.publish, redis, stage.redis, seconds=seconds / 4)
    with stage.bare_relay() as server:
        bare = run(server, seconds / 2)
    with stage.redis_relay() as server:
        relay = run(server, seconds / 2)
    yield figure("limit: batched inserts with COMMIT", rows.rate, "/s")
    yield figure("limit: CPU a row, batched, the asking included", rows.cpu_each, "µs")
    yield figure("limit: CPU a row, one by one", single.cpu_each, "µs")
    yield figure("limit: bare PUBLISH", published.rate, "/s")
    yield figure("limit: CPU a bare PUBLISH, the asking included", published.cpu_each, "µs")
    yield figure("limit: bare relay", bare.rate, "/s")
    yield figure("limit: CPU a message, bare relay", bare.cpu_each("server"), "µs")
    yield figure("limit: relay through Redis", relay.rate, "/s")
    yield figure("limit: CPU a message, relay through Redis", relay.cpu_each(), "µs")

    say("throughput: the product")
    with stage.product() as server:
        before = server.query(COUNT)[0][0]
        ours = run(server, seconds)
        stored = server.query(COUNT)[0][0] - before
    yield figure(
        "durable messages", ours.rate, "/s", limit=rows.rate, limit_name="batched inserts", ratio_at_least=0.25
    )
    yield figure(
        "CPU a message, all", ours.cpu_each(), "µs", limit=relay.cpu_each() + rows.cpu_each,
        limit_name="Redis relay + batched insert", ratio_at_most=1.8,
    )  # fmt: skip
    yield figure(
        "CPU a message, server", ours.cpu_each("server"), "µs", limit=relay.cpu_each("server"),
        limit_name="Redis relay's server",
    )  # fmt: skip
    yield figure(
        "CPU a message, PostgreSQL", ours.cpu_each("PostgreSQL"), "µs",
        limit=rows.cpu["PostgreSQL"] / rows.done * 1e6, limit_name="batched insert, PostgreSQL",
    )  # fmt: skip
    yield figure(
        "CPU a message, Redis", ours.cpu_each("redis"), "µs", limit=relay.cpu_each("redis"),
        limit_name="Redis relay's Redis",
    )  # fmt: skip
    yield figure("CPU a message, load generator", ours.cpu_each("own"), "µs")
    yield figure("acknowledged but not stored", max(0, ours.acknowledged - stored), "", at_most=0)
    yield from promises("throughput", ours)


def run(server: Server, seconds: float) -> Talk:
    threads = server.provision(users=2 * PAIRS, threads=PAIRS)
    done: Talk = load(
        talk.closed_loop, threads, server.group, durable=server.durable, in_flight=IN_FLIGHT, seconds=seconds
    )
    return done


def promises(scenario: str, *ours: Talk) -> Iterator[Figure]:
    """Yields the figures that must be 0 under any load."""
    sent = sum(one.sent for one in ours)
    for name in ("lost", "doubled", "disordered", "errors"):
        yield Figure(scenario, f"{name} of {sent:,}", sum(getattr(one, name) for one in ours), at_most=0)
