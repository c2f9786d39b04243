"""Servers in processes of their own."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from yarl import URL

from chatserver.config.settings import Config
from tests.support.people import PATIENCE
from tests.support.ports import unused_port


def environment(config: Config, **settings: str) -> dict[str, str]:
    """Returns the environment of a process that uses a test's PostgreSQL, Redis and folder."""
    return {
        **os.environ,
        "PORT": str(config.port),
        "DATABASE_URL": str(config.database_url),
        "REDIS_URL": str(config.redis_url),
        "REDIS_PREFIX": config.redis_prefix,
        "DATA_DIR": str(config.data_dir),
        **settings,
    }


@asynccontextmanager
async def process(config: Config, cwd: Path, *arguments: str, **settings: str) -> AsyncIterator[URL]:
    """Starts a server in a process of its own, and waits until it answers."""
    port = unused_port()
    environ = environment(config) | {"PYTHONPATH": str(cwd), "PORT": str(port)} | settings
    command = [argument.replace("PORT", str(port)) for argument in arguments]
    running = await asyncio.create_subprocess_exec(sys.executable, "-m", *command, cwd=cwd, env=environ)
    url = URL(f"http://127.0.0.1:{port}/")
    try:
        await answers(url, running)
        yield url
    finally:
        running.terminate()
        await asyncio.wait_for(running.wait(), PATIENCE)


async def answers(url: URL, running: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession(url) as http:
        while True:
            assert running.returncode is None
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get("/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
