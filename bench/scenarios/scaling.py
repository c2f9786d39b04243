"""What docs/scaling.md multiplies: one process full of chats, Redis alone, a message on disk."""

from collections.abc import Iterator

from bench import crowd, redis_alone
from bench.crowd import Step
from bench.load import load
from bench.report import Figure, say
from bench.scenarios.idle import PINGS
from bench.stage import Server, Stage

CHATS, QUICK_CHATS = 10_000, 1000
THREADS, MESSAGES = 100, 1000  # messages of each thread


def scaling(stage: Stage) -> Iterator[Figure]:
    chats, seconds = (QUICK_CHATS, 3.0) if stage.quick else (CHATS, PINGS)
    say("scaling: Redis alone")
    events = load(redis_alone.publish, stage.environ["REDIS_URL"], stage.redis, seconds=1 if stage.quick else 5)
    yield Figure("scaling", "Redis: messages to two people", events.rate, "/s")
    yield Figure("scaling", "Redis: CPU of one of them", events.cpu["redis"] / events.done * 1e6, "µs")
    say(f"scaling: one process with {chats:,} chats")
    with stage.product(workers=1) as server:
        empty, full = hold(server, chats, seconds)
    yield from of_chats(empty, full)
    with stage.product() as server:
        yield Figure("scaling", "a message on disk, with indexes", size_of_a_message(server), "bytes")


def hold(server: Server, chats: int, seconds: float) -> list[Step]:
    seats = [seat for thread in server.provision(users=chats, threads=chats // 2) for seat in thread]
    held: list[Step] = load(
        crowd.hold, seats, server.group, server.environ["REDIS_URL"], steps=[chats], watch=[seconds]
    )
    return held


def of_chats(empty: Step, full: Step) -> Iterator[Figure]:
    name = f"one process, {full.sockets:,} chats"
    yield Figure("scaling", f"{name}: server processes", full.memory["server"], "MiB")
    yield Figure("scaling", f"{name}: of these without a chat", empty.memory["server"], "MiB")
    for part, cores in full.idle_cpu.items():
        yield Figure("scaling", f"{name}: CPU, {part}", cores * 100, "%")
    yield Figure("scaling", f"{name}: lost meanwhile", full.gone, at_most=0)


def size_of_a_message(server: Server) -> float:
    """Bytes of the table and its indexes for each message of usual size."""
    server.provision(users=2 * THREADS, threads=THREADS, messages=MESSAGES)
    server.as_people_write()
    server.query("vacuum full messages")
    [(size,)] = server.query("select pg_total_relation_size('messages')")
    [(messages,)] = server.query("select count(*) from messages")
    return float(size) / float(messages)
