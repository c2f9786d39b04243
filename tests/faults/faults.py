"""The faults, one function each: what is broken, and what has to hold meanwhile. All end with `settle` and `check`."""

import asyncio
import os
import secrets
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.faults.checker import Report, check, settle
from tests.faults.talker import StoppedReader, Talker
from tests.faults.world import World

Fault = Callable[[World, Report], Awaitable[None]]
FAULTS: dict[str, Fault] = {}


def fault(run: Fault) -> Fault:
    FAULTS[run.__name__.replace("_", "-")] = run
    return run


async def judge(world: World, report: Report, within: float, since: float | None = None) -> None:
    await settle(world, report, within, since)
    check(world, report)


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
    told = []
    for worker in world.workers():
        os.kill(worker, signal.SIGTERM)
        killed = time.monotonic()
        await world.until(lambda worker=worker: worker not in world.workers(), 10)  # type: ignore[misc]  # a default
        await world.until(lambda: len(world.workers()) == 2, 10)
        await world.ready()
        told += [at - killed for at in closes(world, killed)]
    expect_going_away(world, report, start, max(told))
    await judge(world, report, within=10)


@fault
async def rolling_sighup(world: World, report: Report) -> None:
    start, before = time.monotonic(), set(world.workers())
    os.kill(world.master, signal.SIGHUP)
    await world.until(lambda: not before & set(world.workers()), 20)
    await world.ready()
    told = closes(world, start)
    expect_going_away(world, report, start, max(told) - min(told))  # the old ones are told together
    await judge(world, report, within=10)


def closes(world: World, since: float) -> list[float]:
    return [at for talker in everyone(world) for at, _ in talker.closes if at >= since]


def expect_going_away(world: World, report: Report, start: float, within: float) -> None:
    report.measured["told within"] = f"{within:.2f} s"
    report.expect(within <= 1, "1001 within 1 s")
    codes = [code for talker in everyone(world) for at, code in talker.closes if at >= start]
    report.measured["closed with 1001"] = f"{codes.count(1001)} of {len(codes)}"
    report.expect(bool(codes) and all(code == 1001 for code in codes), "every socket is told 1001")


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
    """Sends were acknowledged all the time; delivery took 6 s at first and 2 s then; live again within 5 s."""
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
    report.measured["told 4001 after"] = f"{took:.1f} s"
    await world.sign_in_again()
    await asyncio.sleep(2)
    await judge(world, report, within=35)


@fault
async def every_publish_dropped_for_15_s(world: World, report: Report) -> None:
    start = time.monotonic()
    world.news.drops_publishes = True
    await asyncio.sleep(15)
    world.news.drops_publishes = False
    await asyncio.sleep(5)
    slowest = max(delays(world, start, time.monotonic()))
    report.measured["slowest"] = f"{slowest:.1f} s"
    report.expect(slowest <= 10, "everything arrives within 10 s")
    report.expect(slowest > 0.5, "publishes were dropped at all")
    await judge(world, report, within=10)


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
    """How long each answer took, asked again and again."""
    took = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        async with http.get(path) as response:
            await response.read()
        took.append(time.monotonic() - start)
        await asyncio.sleep(0.1)
    return took


@fault
async def network_cut_for_60_s(world: World, report: Report) -> None:
    await world.people_talk(5, behind_the_cut=True)
    report.expect(world.network.alive >= 10, "somebody is behind the cut")
    world.network.silent = True
    start = time.monotonic()
    await world.until(lambda: not world.network.alive, 50)
    took = time.monotonic() - start
    report.measured["dead sockets dropped after"] = f"{took:.1f} s"
    report.expect(took <= 41, "dropped within 41 s")  # SILENCE_TIMEOUT, and a second to see it
    await asyncio.sleep(max(0.0, 60 - took))
    world.network.silent = False
    for talker in everyone(world):
        talker.online()
    await judge(world, report, within=11)  # 5 s without a pong, then the way back


@fault
async def stopped_readers_300(world: World, report: Report) -> None:
    """A group of 300 of whom nobody reads on, while one writes there ten times a second."""
    made = await world.provision(users=300, threads=1, people=300)
    thread = made["threads"][0]["id"]
    readers = [await StoppedReader.open(world, user["cookie"]) for user in made["users"]]
    before = world.memory()
    start = time.monotonic()
    writer = Talker(
        world.url,
        world.url,
        made["users"][0]["cookie"],
        made["users"][0]["id"],
        "",
        [thread],
        pause=0.1,
        text="x" * 5000,
    )
    writing = asyncio.create_task(writer.run(world.first_sent))
    most = before
    while time.monotonic() < start + 25:
        await asyncio.sleep(0.5)
        most = max(most, world.memory())
    writing.cancel()
    told = sorted(delays(world, start, time.monotonic()))
    p99 = told[int(len(told) * 0.99)]
    report.measured["memory"] = f"+{(most - before) / 2**20:.0f} MiB"
    report.measured["others' p99"] = f"{p99 * 1000:.0f} ms"
    report.expect(most - before <= 64 * 2**20, "memory grows by at most 64 MiB")
    report.expect(p99 < 0.2, "others' p99 under 200 ms")
    report.expect(len(writer.acknowledged) > 50, "there was something to read")
    for reader in readers:
        reader.close()
    await judge(world, report, within=5)


@fault
async def sockets_2000_come_back(world: World, report: Report) -> None:
    made = await world.provision(users=2000, threads=1000)
    crowd = []
    for thread in made["threads"]:
        for index in thread["members"]:
            user = made["users"][index]
            crowd.append(
                Talker(
                    world.url, world.url, user["cookie"], user["id"], user["username"], [thread["id"]], 1, talking=False
                )
            )
    tasks = [asyncio.create_task(talker.run(world.first_sent)) for talker in crowd]
    await world.until(lambda: all(talker.views[talker.threads[0]].opened for talker in crowd), 60)
    os.kill(world.master, signal.SIGHUP)
    await world.until(lambda: all(talker.closes for talker in crowd), 20)
    took = await world.until(lambda: all(talker.views[talker.threads[0]].opened for talker in crowd), 60)
    report.measured["all back after"] = f"{took:.1f} s"
    report.expect(took <= 30, "all back within 30 s")
    errors = [status for talker in crowd for status in talker.refused if status.startswith("5")]
    report.measured["5xx"] = str(len(errors))
    report.expect(not errors, "no 5xx")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await judge(world, report, within=10)


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
    with path.open("wb") as file, suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)


@fault
async def clock_set_back_an_hour(world: World, report: Report) -> None:
    await asyncio.sleep(2)
    world.set_clock("-1h")
    await asyncio.sleep(3)
    report.expect(world.clock_is_back(), "the clock was set back at all")
    world.news.drops_publishes = True  # the repair has to find what was stored an hour ago, and just now
    start = time.monotonic()
    await asyncio.sleep(8)
    world.news.drops_publishes = False
    slowest = max(delays(world, start, time.monotonic()))
    report.measured["slowest of lost news"] = f"{slowest:.1f} s"
    report.expect(slowest <= 10, "lost news made good within 10 s")
    report.expect(not any(code == 4001 for talker in everyone(world) for _, code in talker.closes), "nobody signed out")
    await judge(world, report, within=10)


def everyone(world: World) -> list[Talker]:
    return world.talkers + world.listeners


def delays(world: World, start: float, end: float) -> list[float]:
    """Seconds from first sending to each screen, for what was first sent between two moments."""
    found = [
        delay
        for talker in everyone(world)
        for seen, delay in talker.delays
        if start <= seen - delay and seen - delay <= end
    ]
    return found or [0.0]
