"""An import is killed, PostgreSQL dies under it, and it is run again."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.checker import Report
from tests.faults.registry import fault, judge
from tests.faults.world import World
from tests.support.database import execute
from tests.support.original import Original
from tests.support.repository import ROOT

PEOPLE, THREADS, IN_THREAD = 300, 300, 60  # each thread is of two people; every tenth of three
DONE = "select count(*) from {}"
IMPORTED = "select thread_id, array_agg(text order by seq) from messages where flags = 4 group by thread_id"


@fault
async def import_broken_off_four_times(world: World, report: Report) -> None:
    original = Original(people=[(id_, f"moved{id_}", True) for id_ in range(1, PEOPLE + 1)])
    for thread in range(1, THREADS + 1):
        original.threads[thread] = [thread, thread % PEOPLE + 1] + [(thread + 1) % PEOPLE + 1] * (thread % 10 == 0)
        for place in range(IN_THREAD):
            original.says(thread, original.threads[thread][place % 2], f"message {place} of {thread}")
    source = original.in_sqlite(world.servers.data_dir / "original.sqlite3")

    for table, rows in (("imported_people", 1), ("imported_groups", 1), ("messages where flags = 4", 1000)):
        command = await start(world, source)
        await world.until(lambda table=table, rows=rows: number(world, table) >= rows, 30)  # type: ignore[misc]
        command.send_signal(signal.SIGKILL)
        await command.wait()
    command, before = await start(world, source), number(world, "messages where flags = 4")
    await world.until(lambda: number(world, "messages where flags = 4") > before, 30)
    world.kill("postgres", signal.SIGQUIT)
    await world.until(lambda: command.returncode is not None, 30)
    report.expect(command.returncode == 1, "without PostgreSQL the import ends with code 1")
    world.revive()
    await world.ready()

    left = THREADS * IN_THREAD - number(world, "messages where flags = 4")
    report.expect(left > 0, "it was broken off in the middle")
    counts = await finish(await start(world, source))
    report.expect(counts["added"] == left, f"the next import adds what is left: {counts['added']} of {left}")
    counts = await finish(await start(world, source))
    report.expect(counts["added"] == 0, "the one after that adds nothing")
    said = sorted([f"message {place} of {thread}" for place in range(IN_THREAD)] for thread in original.threads)
    stored = sorted(texts for _, texts in execute(world.servers.database_url, IMPORTED))
    report.expect(stored == said, "every message is imported once, in its thread, in order")
    report.expect(number(world, "imported_people") == PEOPLE, "every person is imported once")
    report.measured["imported"] = f"{THREADS * IN_THREAD} messages, {left} by the last"
    await judge(world, report, within=10)


def number(world: World, table: str) -> int:
    return int(execute(world.servers.database_url, DONE.format(table))[0][0])


async def start(world: World, source: str) -> asyncio.subprocess.Process:
    log = Path(world.servers.data_dir / "import.log").open("ab")  # noqa: ASYNC230, SIM115
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatserver", "import-django", source,
        cwd=ROOT, env=world.environ, stdout=subprocess.PIPE, stderr=log,
    )  # fmt: skip


async def finish(command: asyncio.subprocess.Process) -> dict[str, int]:
    printed, _ = await command.communicate()
    assert command.returncode == 0
    counts: dict[str, int] = json.loads(printed)
    return counts
