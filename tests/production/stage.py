"""haproxy → nginx → gunicorn, two instances of two workers → PostgreSQL and Redis, on loopback, in one folder.

Beside it, an nginx as on a single server, with TLS and no other proxy, serves the same instances.
"""

import asyncio
import contextlib
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import psycopg2
from redis import Redis

from tests.production.files import render
from tests.production.programs import program
from tests.production.proxies import Proxies
from tests.support.ports import unused_port
from tests.support.repository import ROOT

SECRET = "a-secret-of-the-production-test"
ADMINISTRATOR = "the-administrator-of-redis"
PORTS = ["haproxy", "plain", "nginx", "checks", "alone", "alone_plain", "one", "two", "naive", "postgres", "redis"]
ORIGIN_ADDRESSES = {1: "127.0.0.1", 2: "127.0.0.2"}  # an instance on each


class Stage(Proxies):
    """`url` is haproxy's, with TLS; people talk through it. `cut_url`, another way to the same chat, is that of the
    nginx without haproxy. The last lines of every log are kept in `folder`.
    """

    python = sys.executable

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.talkers, self.listeners, self.first_sent = [], [], {}
        self._tasks = []
        self._running = {}
        self.ports = {name: unused_port() for name in PORTS}
        self.url = f"https://localhost:{self.ports['haproxy']}"
        self.cut_url = f"https://localhost:{self.ports['alone']}"
        self.user = ordinary_user()
        self.owner_url = self.database("chatserver_owner", f"{SECRET}-owner", self.ports["postgres"])
        self.database_url = self.database("chatserver", SECRET, self.ports["postgres"])
        self.servers: Any = SimpleNamespace(database_url=self.owner_url)  # for the checker
        self.redis_url = f"redis://chatserver:{SECRET}@127.0.0.1:{self.ports['redis']}/0"

    def database(self, user: str, password: str, port: int) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{port}/chatserver"

    # -- starting and stopping ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        for name in ("logs", "run", "run/1", "run/2", "static", "postgres", "redis", "nginx", "nginx-alone", "haproxy"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.make_certificate()
        self._give_away()
        self.start_postgres()
        self.start_redis()
        self.write_settings()
        self.chatserver("migrate", DATABASE_URL=self.owner_url)
        self.chatserver("static", str(self.folder / "static"))
        assert self.check() == (0, "All is well.\n")
        for number in (1, 2):
            self.start_instance(number)
        self.start_nginx()
        self.start_haproxy()
        await self.ready()

    async def stop(self) -> None:
        await self.everyone_leaves()
        for name in reversed(list(self._running)):
            self.end(name, signal.SIGINT if name.startswith("postgres") else signal.SIGTERM)

    async def everyone_leaves(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.talkers.clear()
        self.listeners.clear()

    # -- the parts ----------------------------------------------------------------------------------------------------

    def start_postgres(self, name: str = "postgres", port: int | None = None) -> None:
        data, port = self.folder / name / "data", port or self.ports["postgres"]
        fresh = not data.exists()
        if fresh:
            self.once(program("initdb"), "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--locale", "C.UTF-8",
                      "--auth-local", "trust", "-E", "UTF8")  # fmt: skip
        self.run(name, program("postgres"), "-D", data, "-p", port, "-k", self.folder / "run", "-h", "127.0.0.1")
        self.wait_for(lambda: psycopg2.connect(host=str(self.folder / "run"), port=port, user="postgres").close())
        if fresh:
            psql = [program("psql"), "-q", "-h", self.folder / "run", "-p", port, "-U", "postgres"]
            passwords = ["-v", f"owner_password={SECRET}-owner", "-v", f"password={SECRET}"]
            self.once(*psql, *passwords, "-f", render("postgresql.sql", self.folder / "postgresql.sql").write())

    def start_redis(self, name: str = "redis", port: int | None = None, password: str = SECRET) -> str:
        """Starts a Redis and returns its URL for the chat; an earlier name keeps its configuration and data."""
        path, port = self.folder / name / "redis.conf", port or self.ports["redis"]
        if not path.exists():
            render("redis.conf", path).replace(
                ("change-me-redis", password),
                ("change-me-administrator", ADMINISTRATOR),
                ("dir /var/lib/chatserver-redis", f"dir {path.parent}"),
            ).write()
            self._give_away()
        self.run(name, program("redis-server"), path, "--port", port)
        self.wait_for(lambda: Redis(port=port, username="administrator", password=ADMINISTRATOR).ping())
        return f"redis://chatserver:{password}@127.0.0.1:{port}/0"

    def write_settings(self, **more: object) -> None:
        """Writes the sample's settings with our secrets, and our connections to haproxy and Redis."""
        path = self.folder / "chatserver.env"
        example = render("chatserver.env.example", path).replace(
            ("postgresql://chatserver:change-me-database@127.0.0.1:5432/chatserver", self.database_url),
            ("redis://chatserver:change-me-redis@127.0.0.1:6380/0", self.redis_url),
            ("change-me-secret-key", f"{SECRET}-key"),
            ("change-me-api-key", f"{SECRET}-api"),
            ("https://chat.example.org", f"{self.url}, {self.cut_url}"),
            ("FILES_DIR=/var/lib/chatserver/files", f"FILES_DIR={self.folder}/files"),
            ("TRUSTED_PROXIES=unix", "TRUSTED_PROXIES=unix, 127.0.0.0/8"),
            ("# FILES_ACCEL=", "FILES_ACCEL="),
        )
        example.write()
        with path.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in more.items())

    @property
    def environ(self) -> dict[str, str]:  # type: ignore[override]
        return {**os.environ, "CONFIG_FILE": str(self.folder / "chatserver.env")}

    def start_instance(self, number: int) -> None:
        port = self.ports["one" if number == 1 else "two"]
        bind = f"unix:{self.folder}/run/{number}/http.sock,{ORIGIN_ADDRESSES[number]}:{port}"
        command = [self.python, "-m", "gunicorn", "--config", self._write_gunicorn_conf(), "--access-logfile", "-"]
        environ = {**self.environ, "BIND": bind}
        self.run(f"gunicorn-{number}", *command, as_user=False, cwd=ROOT, env=environ, **self._group)

    @property
    def _group(self) -> dict[str, Any]:
        """The chat's group is nginx's. Its user is the present one: others may not be able to read Python's folder."""
        return {"group": self.user.pw_gid} if os.geteuid() == 0 else {}

    def _write_gunicorn_conf(self) -> Path:
        """Writes the real configuration, but logs each request with its whole address, so that tests can count them."""
        path = self.folder / "gunicorn.conf.py"
        path.write_text(
            f"exec(open({str(ROOT / 'deploy' / 'gunicorn.conf.py')!r}).read())\n"
            "logconfig_dict['loggers']['gunicorn.access'] = {'level': 'INFO', 'propagate': True}\n"
        )
        return path

    # -- commands -----------------------------------------------------------------------------------------------------

    def chatserver(self, *arguments: str, **settings: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "chatserver", *arguments],
            cwd=ROOT, env={**self.environ, **settings}, capture_output=True, text=True, check=False, **self._group,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return str(done.stdout)

    def check(self, **settings: str) -> tuple[int, str]:
        """Returns the exit code and the output of `python -m chatserver check`."""
        done = subprocess.run(
            [self.python, "-m", "chatserver", "check"],
            cwd=ROOT, env={**self.environ, **settings}, capture_output=True, text=True, check=False, **self._group,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    async def ready(self, patience: float = 40) -> float:
        """Waits until pages arrive through the whole stack."""
        return await self.answers(f"{self.url}/messages/signed-out/", patience)

    async def instance_ready(self, number: int) -> float:
        port = self.ports["one" if number == 1 else "two"]
        return await self.answers(f"http://{ORIGIN_ADDRESSES[number]}:{port}/readyz", 40)

    async def answers(self, url: str, patience: float) -> float:
        start = time.monotonic()
        async with aiohttp.ClientSession() as http, asyncio.timeout(patience):
            while True:
                for name, process in self._running.items():
                    assert process.poll() is None, f"{name} has ended: {self.log(name)[-1000:]}"
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with http.get(url, ssl=self.trust) as response:
                        if response.status == 200:
                            return time.monotonic() - start
                await asyncio.sleep(0.05)

    async def restart(self, number: int) -> float:
        """Restarts one instance while the others keep serving; returns the seconds it took to stop."""
        took = await asyncio.to_thread(self.end, f"gunicorn-{number}")
        self.start_instance(number)
        await self.instance_ready(number)
        return took

    async def restart_with(self, **settings: object) -> None:
        """Restarts both instances with some settings changed."""
        self.write_settings(**settings)
        for number in (1, 2):
            await self.restart(number)
        await self.ready()

    async def provision(self, **numbers: int) -> dict[str, Any]:
        """Runs `provision` in development mode, since production refuses it."""
        arguments = [part for name, number in numbers.items() for part in (f"--{name}", str(number))]
        made = json.loads(await asyncio.to_thread(self.chatserver, "provision", *arguments, APP_ENV="development"))
        for user in made["users"]:
            user["cookie"] = f"__Host-{user['cookie']}"
        return dict(made)


def ordinary_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
