"""Embedded servers, and other holders of their folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from chatserver.development.embedded import EmbeddedServers
from chatserver.development.embedded.lock import holder_of
from tests.support.waiting import wait_until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can see that")

HOLD_SERVERS = """
import sys
from pathlib import Path
from chatserver.development.embedded import EmbeddedServers
with EmbeddedServers(Path(sys.argv[1]), durable=False):
    print("ready", flush=True)
    sys.stdin.read()
"""


def copy(data_dir: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", data_dir, to], check=True)
    return to


def started(data_dir: Path, **settings: Any) -> EmbeddedServers:
    return EmbeddedServers(data_dir, durable=False, **settings)


def ask(servers: EmbeddedServers, *statements: str) -> Any:
    """Commits each statement; returns the first row of the last one's result."""
    with closing(psycopg2.connect(servers.database_url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone()


@contextmanager
def valkey(servers: EmbeddedServers) -> Iterator[Any]:
    with closing(redis.from_url(servers.redis_url)) as client:
        yield client


def run_and_kill(program: str, data_dir: Path) -> str:
    """Run the program until it has said a line, kill it, and return the line."""
    command = [sys.executable, "-c", program, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        process.kill()
    return line


@contextmanager
def held_by_another(data_dir: Path) -> Iterator[dict[str, Any]]:
    """A folder whose lock the orphan of a killed chatserver holds; the record in it."""
    orphan = int(run_and_kill(LEAVE_AN_ORPHAN, data_dir))
    try:
        yield holder_of(data_dir)
    finally:
        os.kill(orphan, signal.SIGKILL)
        wait_until(lambda: not holder_of(data_dir))


LEAVE_AN_ORPHAN = """
import signal, subprocess, sys
from pathlib import Path
from chatserver.development.embedded.lock import FolderLock
from chatserver.development.embedded.processes import identity
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
orphan = subprocess.Popen(["sleep", "600"], start_new_session=True, pass_fds=[lock.fileno()])
lock.note(children={"postgres": {"pid": orphan.pid, "identity": identity(orphan.pid), "stop": signal.SIGTERM}})
print(orphan.pid, flush=True)
sys.stdin.read()
"""
