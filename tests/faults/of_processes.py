"""A server process is killed, stopped or restarted."""

import asyncio
import os
import signal
import time

from tests.faults.checker import Report
from tests.faults.registry import closes, everyone, fault, judge
from tests.faults.world import World


@fault
async def kill_9_of_a_process(world: World, report: Report) -> None:
    for _ in range(4):
        await asyncio.sleep(1.5)
        os.kill(world.workers()[0], signal.SIGKILL)
        killed = time.monotonic()
    await world.until(lambda: bool(closes(world, killed)), 5)
    await judge(world, report, within=5, since=killed)


@fault
async def rolling_sigterm(world: World, report: Report) -> None:
    start = time.monotonic()
    closed = []
    for worker in world.workers():
        os.kill(worker, signal.SIGTERM)
        killed = time.monotonic()
        await world.until(lambda worker=worker: worker not in world.workers(), 10)  # type: ignore[misc]  # a default
        await world.until(lambda: len(world.workers()) == 2, 10)
        await world.ready()
        closed += [at - killed for at in closes(world, killed)]
    expect_going_away(world, report, start, max(closed))
    await judge(world, report, within=10)


@fault
async def rolling_sighup(world: World, report: Report) -> None:
    start, before = time.monotonic(), set(world.workers())
    os.kill(world.master, signal.SIGHUP)
    await world.until(lambda: not before & set(world.workers()), 20)
    await world.ready()
    closed = closes(world, start)
    expect_going_away(world, report, start, max(closed) - min(closed))  # the old processes close theirs together
    await judge(world, report, within=10)


def expect_going_away(world: World, report: Report, start: float, within: float) -> None:
    report.measured["closed within"] = f"{within:.2f} s"
    report.expect(within <= 1, "1001 within 1 s")
    codes = [code for talker in everyone(world) for at, code in talker.closes if at >= start]
    report.measured["closed with 1001"] = f"{codes.count(1001)} of {len(codes)}"
    report.expect(bool(codes) and all(code == 1001 for code in codes), "every socket is closed with 1001")
