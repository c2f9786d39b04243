"""PostgreSQL is shut down or frozen."""

import asyncio
import signal
import time

import aiohttp

from tests.faults.checker import Report
from tests.faults.registry import fault, judge
from tests.faults.world import World


@fault
async def postgresql_immediate_shutdown(world: World, report: Report) -> None:
    world.kill("postgres", signal.SIGQUIT)
    await asyncio.sleep(3)
    world.revive()
    took = await world.ready()
    report.measured["normal after"] = f"{took:.1f} s"
    report.expect(took <= 5, "normal within 5 s")
    await judge(world, report, within=10)


@fault
async def postgresql_frozen_for_10_s(world: World, report: Report) -> None:
    cookie = world.talkers[0].cookie
    async with aiohttp.ClientSession(world.url, headers={"Cookie": cookie}) as http:
        with world.frozen("postgres"):
            pages = asyncio.create_task(times(http, "/messages/", 10))
            alive = await times(http, "/healthz", 10)
            slow = await pages
    report.measured["slowest 503"] = f"{max(slow):.1f} s"
    report.measured["loop lag"] = f"{max(alive) * 1000:.0f} ms"
    report.expect(max(slow) <= 3, "503 within 3 s")
    report.expect(max(alive) < 1, "loop lag under 1 s")
    took = await world.ready()
    report.expect(took <= 5, "normal within 5 s")
    await judge(world, report, within=10)


async def times(http: aiohttp.ClientSession, path: str, seconds: float) -> list[float]:
    """Repeats a request, and returns how long each answer took."""
    took = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        async with http.get(path) as response:
            await response.read()
        took.append(time.monotonic() - start)
        await asyncio.sleep(0.1)
    return took
