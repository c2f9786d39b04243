"""Redis alone: how many messages to two people it relays, for programs that do nothing with them."""

import asyncio
from itertools import pairwise

from redis.asyncio import Redis

from bench.ledger import TEXT
from bench.limits import Work, measured
from bench.pacer import WARM_UP, now
from chatserver.bus.publisher import PUBLISH_ALL

PROCESSES = 2
EVENTS = 20  # in one script
EVENT = TEXT.ljust(300)  # as many bytes as the frame of a usual message
CHANNELS = [b"bench:%d" % number for number in range(EVENTS + 1)]


async def publish(redis_url: str, redis: int, *, seconds: float) -> Work:
    """Publishes as the product does, by as many processes as subscribe, each for half of the channels."""
    arguments = [part for pair in pairwise(CHANNELS) for part in (EVENT, len(pair), *pair)]
    async with Redis.from_url(redis_url, protocol=2) as client:
        times: list[tuple[float, float]] = []
        until = now() + WARM_UP + seconds

        async def go_on() -> None:
            connection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
            command = connection.pack_command("EVAL", PUBLISH_ALL, 0, *arguments)
            while (start := now()) < until:
                await connection.send_packed_command(command, check_health=False)
                await connection.read_response()
                times.append((start, now()))
            await connection.disconnect()

        reading = [asyncio.create_task(_read(client, CHANNELS[place::PROCESSES])) for place in range(PROCESSES)]
        writing = [asyncio.create_task(go_on()) for _ in range(PROCESSES)]
        work = await measured({"redis": redis}, times, seconds)
        await asyncio.gather(*writing)
        for task in reading:
            task.cancel()
        await asyncio.wait(reading)
        work.done *= EVENTS
    return work


async def _read(client: Redis, channels: list[bytes]) -> None:
    """Subscribes, and reads without parsing."""
    place = client.connection_pool.connection_kwargs
    if "path" in place:
        reader, writer = await asyncio.open_unix_connection(place["path"])
    else:
        reader, writer = await asyncio.open_connection(place["host"], place["port"])
    try:
        writer.write(b"SUBSCRIBE " + b" ".join(channels) + b"\r\n")
        while await reader.read(2**20):
            pass
    finally:
        writer.close()
