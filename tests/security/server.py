"""A server process whose memory and log a test can read."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from yarl import URL

from chatserver.config.settings import Config
from tests.support.people import PATIENCE
from tests.support.processes import answers, environment
from tests.support.repository import ROOT

SERVE = ("chatserver", "serve")

GUNICORN = (
    "gunicorn", "--config", "python:chatserver.gunicorn_conf", "--workers", "1", "--log-level", "info", "--bind",
)  # fmt: skip


class Server(NamedTuple):
    url: URL
    pid: int
    log: Path

    @property
    def resident(self) -> int:
        """Returns the resident memory in bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def process(config: Config, *command: str, **settings: str) -> AsyncIterator[Server]:
    """Starts the server by a command of Python, until the end of the block."""
    url = URL(f"http://127.0.0.1:{config.port}/")
    environ = environment(config, **settings)
    if command == GUNICORN:
        command += (f"127.0.0.1:{config.port}",)
    log = config.data_dir / "server.log"
    with log.open("wb") as output:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command, cwd=ROOT, env=environ, stdout=output, stderr=output
        )
    try:
        await answers(url, running)
        yield Server(url, running.pid, log)
    finally:
        running.terminate()
        await asyncio.wait_for(running.wait(), PATIENCE)
