"""Redis is killed, frozen or emptied, or loses published events."""

import asyncio
import shutil
import time

from tests.faults.change_requests import Habits
from tests.faults.checker import Report
from tests.faults.registry import delays, everyone, fault, judge
from tests.faults.world import World


@fault
async def redis_killed_for_6_s(world: World, report: Report) -> None:
    await redis_killed(world, report, 6)


@fault
async def redis_killed_for_30_s(world: World, report: Report) -> None:
    await redis_killed(world, report, 30)


async def redis_killed(world: World, report: Report, seconds: float) -> None:
    start = time.monotonic()
    world.kill("valkey")
    await asyncio.sleep(seconds)
    world.revive()
    await redis_came_back(world, report, start)


@fault
async def redis_frozen_for_20_s(world: World, report: Report) -> None:
    start = time.monotonic()
    with world.frozen("valkey"):
        await asyncio.sleep(20)
    await redis_came_back(world, report, start)


async def redis_came_back(world: World, report: Report, start: float) -> None:
    """Sends are acknowledged all the time; delivery takes at most 6 s, then 2 s; it is live again within 5 s."""
    back = time.monotonic()
    await asyncio.sleep(7)
    slowest = max(delays(world, start, start + 8))
    report.measured["slowest until noticed"] = f"{slowest:.1f} s"
    report.expect(slowest <= 6, "delivery within 6 s until noticed")
    if back > start + 8:
        slowest = max(delays(world, start + 8, back))
        report.measured["then"] = f"{slowest:.1f} s"
        report.expect(slowest <= 2, "delivery within 2 s once noticed")
    slowest = max(delays(world, back + 5, time.monotonic()))
    report.measured["5 s after"] = f"{slowest:.1f} s"
    report.expect(slowest < 1, "live within 5 s")
    report.expect(not any(code == 4001 for talker in everyone(world) for _, code in talker.closes), "nobody signed out")
    await judge(world, report, within=5)


@fault
async def redis_back_empty(world: World, report: Report) -> None:
    world.kill("valkey")
    await asyncio.sleep(1)
    shutil.rmtree(world.servers.data_dir / "valkey" / "appendonlydir")
    world.revive()
    took = await world.until(
        lambda: all(any(code == 4001 for _, code in talker.closes) for talker in everyone(world)), 40
    )
    report.measured["closed with 4001 after"] = f"{took:.1f} s"
    await world.sign_in_again()
    await asyncio.sleep(2)
    await judge(world, report, within=35)


@fault
async def every_publish_dropped_for_15_s(world: World, report: Report) -> None:
    start = time.monotonic()
    world.redis_proxy.drops_publishes = True
    await asyncio.sleep(15)
    world.redis_proxy.drops_publishes = False
    await asyncio.sleep(5)
    slowest = max(delays(world, start, time.monotonic()))
    report.measured["slowest"] = f"{slowest:.1f} s"
    report.expect(slowest <= 10, "everything arrives within 10 s")
    report.expect(slowest > 0.5, "publishes were dropped at all")
    await judge(world, report, within=10)


@fault
async def edits_while_every_publish_is_dropped_for_15_s(world: World, report: Report) -> None:
    start = time.monotonic()
    world.redis_proxy.drops_publishes = True
    for talker in world.talkers:
        talker.requests.habits = Habits(reacts=0.1, edits=0.9, deletes=0)
    await asyncio.sleep(15)
    edits = sum(request.kind == "edit" for talker in world.talkers for request in talker.requests.granted)
    report.expect(edits >= 50, "there were 50 edits")
    report.measured["edits"] = str(edits)
    world.redis_proxy.drops_publishes = False
    slowest = max(delays(world, start, time.monotonic()))
    report.measured["slowest"] = f"{slowest:.1f} s"
    report.expect(slowest <= 10, "everything arrives within 10 s")
    await judge(world, report, within=10)
