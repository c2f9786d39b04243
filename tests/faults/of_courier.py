"""The couriers are killed, and the receiver of a webhook is away."""

import asyncio
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress

from tests.faults.checker import Report
from tests.faults.registry import fault, judge
from tests.faults.world import World
from tests.support.database import execute
from tests.support.receivers import Heard, Receiver
from tests.support.repository import ROOT

UNTOLD = """\
select 1 from threads t
left join thread_changes n on n.thread_id = t.id
left join webhook_positions p on p.thread_id = t.id
where t.last_seq > coalesce(p.seq, 0) or coalesce(n.last_change, 0) > coalesce(p.change, 0) or p.due_at is not null"""


@fault
async def couriers_killed_and_their_receiver_away(world: World, report: Report) -> None:
    couriers: list[asyncio.subprocess.Process] = []
    try:
        async with Receiver() as shop:
            await command(world, shop, "webhook", "add", str(shop.url))
            couriers += [await start_courier(world, shop) for _ in range(2)]
            for number in range(3):
                told = len(shop.heard) + 50
                await world.until(lambda told=told: len(shop.heard) >= told, 60)  # type: ignore[misc]  # a default
                couriers[number].send_signal(signal.SIGKILL)
                couriers.append(await start_courier(world, shop))
        await asyncio.sleep(3)
        async with Receiver(shop.url.port) as back:
            await judge(world, report, within=10)
            for talker in world.talkers:
                talker.talking = False
            await world.until(lambda: all(talker.settled for talker in world.talkers), 10)
            await command(world, back, "webhook", "on", "1")
            await world.until(lambda: not execute(world.servers.database_url, UNTOLD), 60)
            compare(world, report, shop.heard + back.heard)
    finally:
        for courier in couriers:
            with suppress(ProcessLookupError):
                courier.terminate()
            await courier.wait()


async def start_courier(world: World, shop: Receiver) -> asyncio.subprocess.Process:
    log = (world.servers.data_dir / "courier.log").open("ab")
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatserver", "courier", cwd=ROOT, env=environment(world, shop), stderr=log
    )


async def command(world: World, shop: Receiver, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatserver", *arguments,
        cwd=ROOT, env=environment(world, shop), stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert await process.wait() == 0


def environment(world: World, shop: Receiver) -> dict[str, str]:
    """What a killed courier had claimed is free after 17 seconds."""
    return world.environ | {"WEBHOOK_HOSTS": shop.host, "WEBHOOK_TIMEOUT": "2", "COURIER_INTERVAL": "0.2"}


def compare(world: World, report: Report, heard: list[Heard]) -> None:
    """Every message and the last change of each is told, in order; a repeat has the id of the first time."""
    told: dict[int, list[str]] = defaultdict(list)
    for each in heard:
        number = each.id.rpartition("_")[2]
        if number not in told[each.data["thread"]]:
            told[each.data["thread"]].append(number)
    report.measured["told"] = f"{sum(map(len, told.values()))} events by {len(heard)} requests"
    for thread, numbers in told.items():
        messages = [int(number[1:]) for number in numbers if number[0] == "m"]
        changes = [int(number[1:]) for number in numbers if number[0] == "c"]
        [(last,)] = execute(world.servers.database_url, f"select last_seq from threads where id = {thread}")
        report.expect(messages == list(range(messages[0], last + 1)), f"every message of thread {thread}, in order")
        report.expect(changes == sorted(changes), f"changes of thread {thread} in order")
        standing = (
            f"select change from changed_messages where thread_id = {thread} and change >= {min(changes, default=0)}"
        )
        missing = {change for (change,) in execute(world.servers.database_url, standing)} - set(changes)
        report.expect(not missing or not changes, f"every last change of thread {thread}")
