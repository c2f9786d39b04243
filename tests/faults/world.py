"""The product as in production, on durable servers, with people who talk; and the means to break it."""

import asyncio
import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import psycopg2

from chatserver.accounts.accounts import User
from chatserver.bus.client import connect_redis
from chatserver.config.load import load_config
from chatserver.development.embedded import EmbeddedServers
from chatserver.development.embedded.lock import holder_of
from chatserver.server.schema import migrate
from chatserver.web.sessions import SessionStorage
from tests.faults.talker import Talker
from tests.support.ports import unused_port
from tests.support.processes import children
from tests.support.proxy import Proxy
from tests.support.repository import ROOT

PAUSE = 0.5  # seconds between an answer and a person's next message


class World:
    """`url` leads directly to gunicorn, `cut_url` through `network`; gunicorn reaches Redis through `redis_proxy`."""

    trust: ssl.SSLContext | bool = True  # whose certificates people trust

    def __init__(self, data_dir: Path) -> None:
        self.servers = EmbeddedServers(data_dir, durable=True)
        self._gunicorn: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.talkers: list[Talker] = []
        self.listeners: list[Talker] = []  # list pages, which open and send nothing
        self.first_sent: dict[str, float] = {}

    # -- the product --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        self.servers.start()
        migrate(self.servers.database_url)
        port = unused_port()
        self.url = f"http://127.0.0.1:{port}"
        path = self.servers.redis_url.removeprefix("unix://").partition("?")[0]
        self.redis_proxy = Proxy(lambda: asyncio.open_unix_connection(path))
        self.network = Proxy(lambda: asyncio.open_connection("127.0.0.1", port))
        redis_port, self._cut_port = await self.redis_proxy.start(), await self.network.start()
        self.cut_url = f"http://127.0.0.1:{self._cut_port}"
        self.environ = os.environ | {
            "DATABASE_URL": self.servers.database_url,
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "DATA_DIR": str(self.servers.data_dir / "secrets"),
            "ORIGINS": self.url,
            "PORT": str(port),
            # Everybody reconnects at once and repeats unacknowledged messages.
            "MESSAGES_PER_SECOND": "0",
            "FRAMES_PER_SECOND": "0",
            "HANDSHAKES_PER_MINUTE": "0",
            "UPLOADS_A_MINUTE": "0",
            "FILES_FREE": "0",  # a small disk
            "UNSENT_FILES": "5",
            "LD_PRELOAD": "",  # only PostgreSQL and Redis get the settable clock: gunicorn does not start with it
        }
        self._gunicorn = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gunicorn", "--config", "python:chatserver.gunicorn_conf", "--workers", "2",
            "--bind", f"127.0.0.1:{port}",
            "--log-level", "error",
            cwd=ROOT, env=self.environ, stderr=(self.servers.data_dir / "gunicorn.log").open("wb"),
        )  # fmt: skip
        await self.ready(60)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._gunicorn is not None and self._gunicorn.returncode is None:
            self._gunicorn.terminate()
            await self._gunicorn.wait()
        for proxy in (self.redis_proxy, self.network):
            proxy.silent = False
            await proxy.stop()
        self.servers.stop()

    async def ready(self, patience: float = 30) -> float:
        """Waits until pages work again; returns the seconds it took."""
        start = time.monotonic()
        async with aiohttp.ClientSession() as http, asyncio.timeout(patience):
            while True:
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with http.get(f"{self.url}/readyz") as response:
                        if response.status == 200:
                            return time.monotonic() - start
                await asyncio.sleep(0.05)

    @property
    def master(self) -> int:
        assert self._gunicorn is not None
        return self._gunicorn.pid

    def workers(self) -> list[int]:
        return children(self.master)

    def server_pid(self, name: str) -> int:
        """Returns the process id of `postgres` or `valkey`."""
        pid: int = holder_of(self.servers.data_dir)["children"][name]["pid"]
        return pid

    # -- the people ---------------------------------------------------------------------------------------------------

    async def provision(self, **numbers: int) -> dict[str, Any]:
        arguments = [part for name, number in numbers.items() for part in (f"--{name}", str(number))]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chatserver", "provision", *arguments,
            cwd=ROOT, env=self.environ, stdout=subprocess.PIPE,
        )  # fmt: skip
        output, _ = await process.communicate()
        assert process.returncode == 0
        made: dict[str, Any] = json.loads(output)
        return made

    async def people_talk(self, pairs: int, *, behind_the_cut: bool = False) -> None:
        """Starts pairs who write to each other, a group of six, and for each person a list page that only listens."""
        talkers: list[Talker] = []
        listeners: list[Talker] = []
        for numbers in ({"users": 2 * pairs, "threads": pairs}, {"users": 6, "threads": 1, "people": 6}):
            made = await self.provision(**numbers)
            for thread in made["threads"]:
                for place, index in enumerate(thread["members"]):
                    url = self.cut_url if behind_the_cut and place == 0 else self.url
                    user = made["users"][index]
                    who = (url, self.url, user["cookie"], user["id"], user["username"], [thread["id"]], PAUSE)
                    talkers.append(Talker(*who, trust=self.trust))
                    listeners.append(Talker(*who, trust=self.trust, talking=False, opens=False))
        self.talkers += talkers
        self.listeners += listeners
        # The lists first: a list that connects while others write could get the second message and not the first.
        for people in (listeners, talkers):
            self._tasks += [asyncio.create_task(each.run(self.first_sent)) for each in people]
            await self.until(lambda people=people: all(each.came for each in people), 30)  # type: ignore[misc]
        await self.until(lambda: all(talker.acknowledged for talker in self.talkers), 30)

    async def until(self, condition: Callable[[], bool], patience: float) -> float:
        """Waits until the condition is true; returns the seconds it took. Raises TimeoutError."""
        start = time.monotonic()
        async with asyncio.timeout(patience):
            while not condition():
                await asyncio.sleep(0.02)
        return time.monotonic() - start

    async def sign_in_again(self) -> None:
        """Creates new sessions in a Redis that has lost them."""
        config = replace(load_config(self.environ), redis_url=self.servers.redis_url)
        client = connect_redis(config)
        try:
            people = self.talkers + self.listeners
            users = [User(talker.user_id, talker.name) for talker in people]
            for talker, cookie in zip(people, await SessionStorage(client, config).begin_many(users), strict=True):
                talker.cookie = cookie
        finally:
            await client.aclose()

    # -- faults -------------------------------------------------------------------------------------------------------

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.server_pid(name), how)

    def revive(self) -> None:
        """Starts the killed servers again."""
        self.servers.revive()

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        pids = [self.server_pid(name), *children(self.server_pid(name))]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def memory(self) -> int:
        """Returns the memory of the product's processes in bytes, with shared pages divided among them (PSS)."""
        pids = [self.master, *self.workers()]
        rolls = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
        return sum(
            int(line.split()[1]) * 1024 for roll in rolls for line in roll.splitlines() if line.startswith("Pss:")
        )

    def set_clock(self, shift: str) -> None:
        """Shifts the clock of PostgreSQL and Redis, by libfaketime."""
        (self.servers.data_dir / "clock").write_text(shift)

    def clock_is_back(self) -> bool:
        """Whether PostgreSQL's clock is more than half an hour behind."""
        with (
            contextlib.closing(psycopg2.connect(self.servers.database_url)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("select extract(epoch from clock_timestamp())::float")
            (there,) = cursor.fetchone() or (0.0,)
        return bool(there < time.time() - 1800)
