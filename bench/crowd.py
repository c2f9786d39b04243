"""Many open and silent chats: their memory, and the cost of opening and reopening them."""

import asyncio
import gc
import os
import random
from dataclasses import dataclass, field

from picows import WSError
from redis.asyncio import Redis

from bench.pacer import now
from bench.processes import Group, cpu, cpu_since, memory
from bench.screen import Screen
from bench.stage import Seat

AT_ONCE = 100  # sockets being opened
SETTLE = 2.0  # seconds until all work is done
PAUSES = (0.5, 30.0)  # seconds: a browser's longest wait before it reconnects, doubling from the first to the second
REFUSED = (WSError, OSError, TimeoutError)


@dataclass
class Step:
    """A number of open chats: MiB of each group of processes, seconds of CPU, and Redis's own count."""

    sockets: int
    opened: int = 0  # in this step
    opening: float = 0  # seconds
    opening_cpu: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    idle_cpu: dict[str, float] = field(default_factory=dict)  # cores
    redis_clients: int = 0
    redis_subscribers: int = 0
    redis_memory: float = 0  # MiB
    gone: int = 0


async def hold(seats: list[Seat], group: Group, redis_url: str, *, steps: list[int], watch: list[float]) -> list[Step]:
    """Opens chats in steps, and watches each step for some seconds."""
    gc.disable()
    screens: list[Screen] = []
    taken = [await measure(Step(0), group, redis_url, 1)]
    for number, seconds in zip(steps, watch, strict=True):
        before, start = cpu(group), now()
        more = seats[len(screens) : number]
        screens += await open_all(more)
        step = Step(number, len(more), now() - start, cpu_since(before, group))
        await asyncio.sleep(SETTLE)
        taken.append(await measure(step, group, redis_url, seconds))
        step.gone = sum(not screen.connected for screen in screens)
    for screen in screens:
        screen.cut()
    return taken


async def measure(step: Step, group: Group, redis_url: str, seconds: float) -> Step:
    before, start = cpu(group), now()
    await asyncio.sleep(seconds)
    step.idle_cpu = {name: used / (now() - start) for name, used in cpu_since(before, group).items()}
    step.memory = {name: memory(pid) for name, pid in group.items()}
    async with Redis.from_url(redis_url, protocol=2) as client:
        clients = [entry for entry in await client.client_list() if entry["cmd"] != "client|list"]
        step.redis_clients = len(clients)
        step.redis_subscribers = sum(int(entry["sub"]) > 0 for entry in clients)
        step.redis_memory = (await client.info("memory"))["used_memory"] / 2**20
    return step


async def open_all(seats: list[Seat]) -> list[Screen]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(seat: Seat) -> Screen:
        async with gate:
            return await Screen.open(seat, lambda screen, fields: None)

    return list(await asyncio.gather(*map(one, seats)))


@dataclass
class Storm:
    """How all reconnected: seconds from the cut to each open chat, failed handshakes, seconds of CPU."""

    times: list[float]
    failed: int
    cpu: dict[str, float]
    own: float


async def storm(seats: list[Seat], group: Group) -> Storm:
    """Opens all chats, cuts all at once, and lets each reconnect as a browser does."""
    gc.disable()
    screens = await open_all(seats)
    await asyncio.sleep(SETTLE)
    failures: list[Exception] = []
    group = {**group, "own": os.getpid()}
    before, start = cpu(group), now()

    async def come_back(screen: Screen) -> float:
        screen.cut()
        longest, limit = PAUSES
        while True:
            await asyncio.sleep(random.uniform(0, longest))
            try:
                back.append(await Screen.open(screen.seat, lambda screen, fields: None, screen.last))
            except REFUSED as error:
                failures.append(error)
                longest = min(limit, 2 * longest)
            else:
                return now() - start

    back: list[Screen] = []
    times = list(await asyncio.gather(*map(come_back, screens)))
    used = cpu_since(before, group)
    for screen in back:
        screen.cut()
    return Storm(times, len(failures), {name: used[name] for name in group if name != "own"}, used["own"])
