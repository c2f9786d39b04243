"""Files are sent while something breaks: no message lacks its files, no file is left without a message."""

import asyncio
import hashlib
import os
import re
import secrets
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from uuid import uuid4

import aiohttp
import psycopg2

from tests.faults.checker import Report
from tests.faults.of_machines import fill
from tests.faults.registry import fault, judge
from tests.faults.world import World

SIZE = 50_000  # bytes
SWEPT = 40  # seconds until nothing is left of what was not sent
NOT_SENT = "select count(*) from files where thread_id is null"
SENT = "select count(*) from files where thread_id is not null"


class Sender:
    """Uploads files and sends each with a message, again and again under the same ids until it is acknowledged."""

    def __init__(self, url: str, cookie: str, thread: int) -> None:
        self.acknowledged: dict[str, tuple[str, str]] = {}  # by message: its file, and what is in it
        self.refused: Counter[int] = Counter()
        self.stops = False
        self._thread = thread
        self._http = aiohttp.ClientSession(url, headers={"Cookie": cookie}, timeout=aiohttp.ClientTimeout(10))

    async def run(self) -> None:
        async with self._http:
            while not self.stops:
                message, file, content = str(uuid4()), str(uuid4()), secrets.token_bytes(SIZE)
                while not await self._sends(message, file, content):
                    await asyncio.sleep(0.1)
                self.acknowledged[message] = file, hashlib.sha256(content).hexdigest()
            await self._check()

    async def _sends(self, message: str, file: str, content: bytes) -> bool:
        """Whether the message was acknowledged."""
        try:
            async with self._http.get(f"/messages/chat/{self._thread}/") as answer:
                found = re.search(r'name="csrf_token" value="([^"]+)"', await answer.text())
            token = found[1] if found else ""
            headers = {"X-CSRF-Token": token}
            async with self._http.put(f"/messages/files/{file}", data=content, headers=headers) as answer:
                if answer.status not in {200, 201}:
                    self.refused[answer.status] += 1
                    return False
            fields = {"csrf_token": token, "client_id": message, "files": file}
            path = f"/messages/chat/{self._thread}/"
            async with self._http.post(path, data=fields, allow_redirects=False) as answer:
                return answer.status == 303
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def _check(self) -> None:
        """Raises AssertionError if an acknowledged message lacks its file."""
        seen: dict[str, list[str]] = {}
        after, more = 0, True
        while more:
            async with self._http.get(f"/messages/chat/{self._thread}/history?after={after}") as answer:
                page = await answer.json()
            more = page["more"]
            for message in page["messages"]:
                after = message["seq"]
                seen[message["id"]] = [file["id"] for file in message["files"]]
        for message, (file, digest) in self.acknowledged.items():
            assert seen[message] == [file], f"{message} has {seen.get(message)}, not {file}"
            async with self._http.get(f"/messages/files/{file}") as answer:
                assert hashlib.sha256(await answer.read()).hexdigest() == digest, f"{file} has other bytes"


@asynccontextmanager
async def sending(world: World, report: Report) -> AsyncIterator[list[Sender]]:
    """Lets people send files while the fault happens; then compares what is acknowledged, stored and on the disk."""
    made = await world.provision(users=8, threads=4)
    senders = [
        Sender(world.url, made["users"][thread["members"][0]]["cookie"], thread["id"]) for thread in made["threads"]
    ]
    tasks = [asyncio.create_task(sender.run()) for sender in senders]
    await world.until(lambda: all(sender.acknowledged for sender in senders), 30)
    yield senders
    before = sum(len(sender.acknowledged) for sender in senders)
    await world.until(lambda: sum(len(sender.acknowledged) for sender in senders) > before + 4, 30)
    for sender in senders:
        sender.stops = True
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        report.expect(outcome is None, f"files of acknowledged messages: {outcome}")
    sent = sum(len(sender.acknowledged) for sender in senders)
    report.measured["files"] = str(sent)
    report.expect(count(world, SENT) == sent, f"{count(world, SENT)} files are in messages, {sent} were acknowledged")
    start = time.monotonic()
    while count(world, NOT_SENT) or len(stored(world)) != sent:
        if time.monotonic() - start > SWEPT:
            report.missed.append(f"{len(stored(world))} files are on the disk, {sent} in messages")
            break
        await asyncio.sleep(0.2)


def files_folder(world: World) -> Path:
    return world.servers.data_dir / "secrets" / "files"


def stored(world: World) -> list[Path]:
    return [path for path in files_folder(world).rglob("*") if path.is_file()]


def count(world: World, query: str) -> int:
    with closing(psycopg2.connect(world.servers.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        (number,) = cursor.fetchone() or (0,)
    return int(number)


@fault
async def killed_while_claiming_files(world: World, report: Report) -> None:
    async with sending(world, report):
        for _ in range(4):
            await asyncio.sleep(1.2)
            os.kill(world.workers()[0], signal.SIGKILL)
        await judge(world, report, within=10)


@fault
async def storage_of_files_away(world: World, report: Report) -> None:
    folder = files_folder(world)
    async with sending(world, report) as senders:
        folder.rename(folder.with_name("away"))
        said = sum(len(talker.acknowledged) for talker in world.talkers)
        await world.until(lambda: all(sender.refused[503] for sender in senders), 20)
        await world.until(lambda: sum(len(talker.acknowledged) for talker in world.talkers) > said + 20, 20)
        folder.with_name("away").rename(folder)
        await judge(world, report, within=5)


@fault
async def disk_of_files_full(world: World, report: Report) -> None:
    filler = files_folder(world) / "filler"
    async with sending(world, report) as senders:
        fill(filler)
        said = sum(len(talker.acknowledged) for talker in world.talkers)
        await world.until(lambda: all(sender.refused[507] for sender in senders), 20)
        await world.until(lambda: sum(len(talker.acknowledged) for talker in world.talkers) > said + 20, 20)
        filler.unlink()
        await judge(world, report, within=5)
