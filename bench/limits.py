"""The limits of PostgreSQL and Redis: their rates for a program that does nothing else."""

import asyncio
import os
from dataclasses import dataclass, field
from uuid import uuid4

import aiopg
from redis.asyncio import Redis

from bench.ledger import TEXT
from bench.pacer import WARM_UP, now
from bench.processes import cpu, cpu_since

CONNECTIONS = 2  # as many as the product has processes
PIPELINE = 100  # commands
TABLE = """
drop table if exists bench_rows;
create table bench_rows (
    thread_id bigint, seq bigint, sender_id bigint, client_id uuid, text text, sent_at timestamptz,
    primary key (thread_id, seq), unique (sender_id, client_id)
)
"""
INSERT = """
insert into bench_rows select thread_id, seq, sender_id, client_id, text, clock_timestamp()
from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::uuid[], %s::text[])
    as b (thread_id, seq, sender_id, client_id, text)
returning seq, sent_at
"""


@dataclass
class Work:
    """The work in the measured time, and the seconds of each commit or pipeline."""

    seconds: float
    done: int
    cpu: dict[str, float]
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    @property
    def cpu_each(self) -> float:
        """Returns microseconds of CPU, including the calling program's."""
        return sum(self.cpu.values()) / max(self.done, 1) * 1e6


async def insert(database_url: str, postgres: int, *, batch: int, connections: int, seconds: float) -> Work:
    """Inserts rows like messages into a table like theirs, one commit for each batch."""
    async with aiopg.create_pool(database_url, minsize=connections, enable_hstore=False) as pool:
        async with pool.acquire() as connection, connection.cursor() as cursor:
            await cursor.execute(TABLE)
        times: list[tuple[float, float]] = []
        until = now() + WARM_UP + seconds
        tasks = [asyncio.create_task(_insert(pool, place, batch, times, until)) for place in range(connections)]
        work = await measured({"PostgreSQL": postgres}, times, seconds)
        await asyncio.gather(*tasks)
        work.done *= batch
    return work


async def _insert(pool: aiopg.Pool, place: int, batch: int, times: list[tuple[float, float]], until: float) -> None:
    seq = 0
    async with pool.acquire() as connection, connection.cursor() as cursor:
        while (start := now()) < until:
            seqs = [seq + number for number in range(batch)]
            seq += batch
            people = [place * 1000 + number % 200 for number in seqs]
            await cursor.execute(
                INSERT, (people, seqs, people, [str(uuid4()) for _ in seqs], [f"{TEXT} {number}" for number in seqs])
            )
            await cursor.fetchall()
            times.append((start, now()))


async def publish(redis_url: str, redis: int, *, seconds: float) -> Work:
    """Publishes to channels without subscribers, in pipelines."""
    async with Redis.from_url(redis_url, protocol=2) as client:
        times: list[tuple[float, float]] = []

        until = now() + WARM_UP + seconds

        async def go_on() -> None:
            while (start := now()) < until:
                pipeline = client.pipeline(transaction=False)
                for number in range(PIPELINE):
                    pipeline.publish(f"bench:{number}", TEXT)
                await pipeline.execute()
                times.append((start, now()))

        task = asyncio.create_task(go_on())
        work = await measured({"redis": redis}, times, seconds)
        await task
        work.done *= PIPELINE
    return work


async def measured(group: dict[str, int], times: list[tuple[float, float]], seconds: float) -> Work:
    """Returns the work of these seconds, after a warm-up; `times` grows meanwhile."""
    group["own"] = os.getpid()
    await asyncio.sleep(WARM_UP)
    start, before, first = now(), cpu(group), len(times)
    await asyncio.sleep(seconds)
    taken = times[first:]
    return Work(now() - start, len(taken), cpu_since(before, group), [end - begin for begin, end in taken])
