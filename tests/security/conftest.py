"""Ana at a server process of its own, whose memory and log can be looked at; what no log may hold; browsers."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.resources import folder
from tests.browser.conftest import browser, mortal_site, person, site
from tests.server.test_production import answers
from tests.support.people import PATIENCE

__all__ = ["browser", "mortal_site", "person", "site"]  # fixtures

ROOT = folder("tests").parent
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
        """Bytes of memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def process(config: Config, *command: str, **settings: str) -> AsyncIterator[Server]:
    """The server as `command` of Python starts it, until the end of the block."""
    assert config.database_url is not None
    assert config.redis_url is not None
    url = URL(f"http://127.0.0.1:{config.port}/")
    environ = {
        **os.environ,
        "PORT": str(config.port),
        "DATABASE_URL": config.database_url,
        "REDIS_URL": config.redis_url,
        "REDIS_PREFIX": config.redis_prefix,
        "DATA_DIR": str(config.data_dir),
        **settings,
    }
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


@pytest.fixture(autouse=True)
def nothing_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever is sent, the server in this process finds no mistake of its own."""
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert not [record for record in records if record.levelno >= logging.ERROR or record.exc_info]
