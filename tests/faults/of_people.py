"""People lose the network, stop reading, or all reconnect at once."""

import asyncio
import os
import signal
import time

from tests.faults.checker import Report
from tests.faults.registry import delays, everyone, fault, judge
from tests.faults.stopped_reader import StoppedReader
from tests.faults.talker import Talker
from tests.faults.world import World


@fault
async def network_cut_for_60_s(world: World, report: Report) -> None:
    await world.people_talk(5, behind_the_cut=True)
    report.expect(world.network.alive >= 10, "somebody is behind the cut")
    world.network.silent = True
    start = time.monotonic()
    await world.until(lambda: not world.network.alive, 50)
    took = time.monotonic() - start
    report.measured["dead sockets dropped after"] = f"{took:.1f} s"
    report.expect(took <= 41, "dropped within 41 s")  # SILENCE_TIMEOUT, and a second to notice
    await asyncio.sleep(max(0.0, 60 - took))
    world.network.silent = False
    for talker in everyone(world):
        talker.online()
    await judge(world, report, within=11)  # 5 s without a pong, then the reconnect


@fault
async def stopped_readers_300(world: World, report: Report) -> None:
    """A group of 300 in which nobody reads any more, while one writes ten times a second."""
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
    seconds = sorted(delays(world, start, time.monotonic()))
    p99 = seconds[int(len(seconds) * 0.99)]
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
    await world.until(lambda: all(talker.views[talker.threads[0]].is_open for talker in crowd), 60)
    os.kill(world.master, signal.SIGHUP)
    await world.until(lambda: all(talker.closes for talker in crowd), 20)
    took = await world.until(lambda: all(talker.views[talker.threads[0]].is_open for talker in crowd), 60)
    report.measured["all back after"] = f"{took:.1f} s"
    report.expect(took <= 30, "all back within 30 s")
    errors = [status for talker in crowd for status in talker.refused if status.startswith("5")]
    report.measured["5xx"] = str(len(errors))
    report.expect(not errors, "no 5xx")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await judge(world, report, within=10)
