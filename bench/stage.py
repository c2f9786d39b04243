"""Starts what is measured: the product as in production, the relays, PostgreSQL and Redis, and the users."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import psycopg2
from aiohttp.test_utils import unused_port

from bench import people
from bench.processes import Group
from chatserver.development.embedded import EmbeddedServers
from chatserver.development.embedded.lock import holder_of

ROOT = Path(__file__).parents[1]
READY_WITHIN = 30.0  # seconds
STOPPED_WITHIN = 35.0  # seconds
WORKERS = 2
LOG = "server.log"
LAST_LINES = 5
# A few accounts do in a second what people do in hours.
NO_LIMITS = dict.fromkeys(
    ("MESSAGES_PER_SECOND", "FRAMES_PER_SECOND", "SOCKETS_PER_PERSON", "HANDSHAKES_PER_MINUTE"), "0"
) | dict.fromkeys(("SIGN_IN_TRIES", "SIGN_IN_TRIES_PER_ADDRESS"), "1000000")  # attempts are still counted
# What one scenario leaves would slow the next: indexing, vacuum, a million rows.
EMPTY = """
do $$
begin
    execute (
        select 'truncate ' || string_agg(format('%I', tablename), ', ') || ' restart identity'
        from pg_tables where schemaname = 'public' and tablename <> 'migrations'
    );
end
$$
"""
GUNICORN = ["--config", "python:bench.gunicorn_conf", "--log-level", "error"]


class StageError(Exception):
    """The reason why nothing can be measured, in one sentence."""


class Seat(NamedTuple):
    """A user with a chat."""

    url: str  # of the WebSocket
    cookie: str
    thread: int


Threads = list[list[Seat]]


@dataclass(frozen=True)
class Server:
    """A running server. The processes of `group` count for it; a durable one stores what it relays."""

    url: str
    group: Group
    durable: bool
    environ: dict[str, str] = field(repr=False)

    def provision(self, *, users: int, threads: int, people: int = 2, messages: int = 0) -> Threads:
        """Creates users and threads; returns the seats of each thread. Raises StageError."""
        if not self.durable:
            return [[Seat(f"{self.ws_url}?{room}", "", room) for _ in range(people)] for room in range(threads)]
        numbers = {"users": users, "threads": threads, "people": people, "messages": messages}
        options = [part for name, number in numbers.items() for part in (f"--{name}", str(number))]
        command = [sys.executable, "-m", "chatserver", "provision", *options]
        result = subprocess.run(  # noqa: S603
            command, env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if result.returncode:
            why = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise StageError(f"The people and chats could not be made: {why}")
        # A database in use has done so long ago, but for its empty tables: plans rely on what is known of these.
        full = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        names = [name for (name,) in self.query(f"{full} and pg_relation_size(oid) > 0")]
        self.query(f"vacuum analyze {', '.join(names)}")
        made = json.loads(result.stdout)
        return [
            [Seat(self.ws_url, made["users"][index]["cookie"], thread["id"]) for index in thread["members"]]
            for thread in made["threads"]
        ]

    def as_people_write(self) -> None:
        """Gives all messages texts of usual sizes and scripts."""
        self.query(
            "update messages set text = (%s::text[])[1 + (thread_id * 7919 + seq * 104729) %% %s]",
            (people.texts(), people.TEXTS),
        )
        self.query("vacuum analyze")

    def as_people_change(self) -> None:
        """Edits every second message, and adds a reaction to every fourth."""
        for statement in (
            "insert into thread_changes select id, 1 + last_seq / 2, now() from threads where last_seq > 1"
            " on conflict (thread_id) do update set last_change = excluded.last_change",  # 1 is a group's first note
            "insert into changed_messages (thread_id, seq, change, changed_at, text_change, edited_at)"
            " select thread_id, seq, 1 + seq / 2, now(), 1 + seq / 2, now() from messages where seq % 2 = 0",
            "insert into reactions (thread_id, seq, emoji, user_id, change)"
            " select thread_id, seq, '👍', sender_id, 1 + seq / 2 from messages where seq % 4 = 0",
            "update messages set flags = 1 where seq % 2 = 0",
            "vacuum analyze",
        ):
            self.query(statement)

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/messages/ws"

    def query(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Runs a statement in PostgreSQL; returns its rows."""
        return run_statement(self.environ["DATABASE_URL"], statement, parameters)


def run_statement(database_url: str, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Runs a statement in PostgreSQL; returns its rows."""
    with contextlib.closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


class Stage:
    """A running PostgreSQL, emptied, and Redis, with the settings of `make run`, and the servers that use them."""

    def __init__(self, servers: EmbeddedServers, *, quick: bool) -> None:
        self._servers = servers
        self.quick = quick
        children = holder_of(servers.data_dir)["children"]
        self.postgres: int = children["postgres"]["pid"]
        self.redis: int = children["valkey"]["pid"]
        self._log = servers.data_dir / LOG
        self._log.write_bytes(b"")
        run_statement(servers.database_url, EMPTY)
        self.environ = os.environ | {
            "DATABASE_URL": servers.database_url,
            "REDIS_URL": servers.redis_url,
            "DATA_DIR": str(servers.data_dir / "secrets"),
            "PYTHONPATH": str(ROOT),
            "ACCESS_LOG": "on",  # as in production
            "LOG_FORMAT": "json",
            "BENCH_LOG": str(self._log),
            **NO_LIMITS,
        }

    def product(self, workers: int = WORKERS) -> contextlib.AbstractContextManager[Server]:
        return self._gunicorn("chatserver.server.app:create_app", workers, durable=True)

    def bare_relay(self) -> contextlib.AbstractContextManager[Server]:
        """Has only one process: with two, half of the pairs would not meet."""
        return self._gunicorn("bench.relay:bare", 1, durable=False)

    def redis_relay(self) -> contextlib.AbstractContextManager[Server]:
        return self._gunicorn("bench.relay:through_redis", WORKERS, durable=False)

    def complaints(self) -> list[str]:
        """Returns the last warnings and errors in the logs of this stage's servers."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [line for line in lines if '"level": "info"' not in line][-LAST_LINES:]

    def logged(self, pattern: str) -> list[Any]:
        """Returns what a pattern finds in the logs of this stage's servers: for each match its groups."""
        return re.findall(pattern, self._log.read_text(errors="replace"))

    @contextlib.contextmanager
    def _gunicorn(self, app: str, workers: int, *, durable: bool) -> Iterator[Server]:
        port = unused_port()
        url = f"http://127.0.0.1:{port}"
        environ = self.environ | {"PORT": str(port), "ORIGINS": url}
        command = [sys.executable, "-m", "gunicorn", app, *GUNICORN]
        command += ["--workers", str(workers), "--bind", f"127.0.0.1:{port}"]
        web = self._servers.spawn("web", command, signal.SIGTERM, environ)
        group = {"server": web.pid, "redis": self.redis} | ({"PostgreSQL": self.postgres} if durable else {})
        try:
            wait_for(f"{url}/readyz", web)
            yield Server(url, group, durable, environ)
        finally:
            self._servers.stop_child("web", STOPPED_WITHIN)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Raises StageError if the process ends or does not answer in time."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(url):  # noqa: S310
            return
        time.sleep(0.05)
    raise StageError(f"The server did not start: nothing answers at {url}.")
