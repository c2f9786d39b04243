"""Freezing servers."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import redis

from chatserver.development.embedded import EmbeddedServers
from chatserver.development.embedded.lock import holder_of

# Shorter limits than in production, so that tests take less time.
QUICK: dict[str, Any] = {
    "redis_timeout": 0.3,
    "redis_ping_interval": 0.2,
    "redis_silence": 0.6,
    "database_timeout": 0.5,
}


@contextmanager
def frozen(redis_url: str) -> Iterator[None]:
    with closing(redis.Redis.from_url(redis_url)) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def frozen_postgres(servers: EmbeddedServers) -> Iterator[None]:
    """Stops every process of PostgreSQL, so that even its own time limits have no effect."""
    with closing(psycopg2.connect(servers.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select pid from pg_stat_activity where pid <> pg_backend_pid()")
        pids = [pid for (pid,) in cursor.fetchall()]
    pids.append(holder_of(servers.data_dir)["children"]["postgres"]["pid"])
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
