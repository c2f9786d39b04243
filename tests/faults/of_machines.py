"""A full disk, and a clock that is set back."""

import asyncio
import secrets
import time
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.faults.checker import Report
from tests.faults.registry import delays, everyone, fault, judge
from tests.faults.world import World


@fault
async def disk_full(world: World, report: Report) -> None:
    for talker in world.talkers:
        talker.text = secrets.token_hex(3000)
    filler = world.servers.data_dir / "postgres" / "filler"
    start = time.monotonic()
    fill(filler)
    await world.until(lambda: any(talker.unavailable > start for talker in world.talkers), 60)
    async with aiohttp.ClientSession(world.url, headers={"Cookie": world.talkers[0].cookie}) as http:
        thread = world.talkers[0].threads[0]
        for path in ("/messages/", f"/messages/chat/{thread}/", f"/messages/chat/{thread}/history"):
            async with http.get(path) as response:
                report.expect(response.status == 200, f"reads work: {path} answered {response.status}")
    filler.unlink()
    report.measured["sends refused"] = str(sum(talker.unavailable > start for talker in world.talkers))
    await judge(world, report, within=10)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)


@fault
async def clock_set_back_an_hour(world: World, report: Report) -> None:
    await asyncio.sleep(2)
    world.set_clock("-1h")
    await asyncio.sleep(3)
    report.expect(world.clock_is_back(), "the clock was set back at all")
    world.redis_proxy.drops_publishes = True  # the gap repair has to find messages with old and new times
    start = time.monotonic()
    await asyncio.sleep(8)
    world.redis_proxy.drops_publishes = False
    slowest = max(delays(world, start, time.monotonic()))
    report.measured["slowest lost event"] = f"{slowest:.1f} s"
    report.expect(slowest <= 10, "lost events delivered within 10 s")
    report.expect(not any(code == 4001 for talker in everyone(world) for _, code in talker.closes), "nobody signed out")
    await judge(world, report, within=10)
