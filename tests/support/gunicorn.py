"""gunicorn with its log and its workers."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.people import PATIENCE
from tests.support.processes import answers, children, environment
from tests.support.repository import ROOT


@dataclass
class Gunicorn:
    url: URL
    process: asyncio.subprocess.Process
    log: Path

    @property
    def workers(self) -> set[int]:
        return set(children(self.process.pid))

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not seen():
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.05)

    async def says(self, sentence: str) -> None:
        try:
            await self.until(lambda: sentence in self.log.read_text())
        except TimeoutError:
            pytest.fail(f"{sentence!r} is not in {self.log.read_text()}")


@asynccontextmanager
async def gunicorn(
    config: Config, folder: Path, *options: str, cwd: Path = ROOT, **settings: str
) -> AsyncIterator[Gunicorn]:
    """Starts gunicorn and waits until it answers; at the end stops it and checks its exit code."""
    environ = environment(config) | {"PYTHONPATH": str(cwd), "RUNTIME_DIRECTORY": "", "TMPDIR": str(folder)} | settings
    log = folder / "gunicorn.log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gunicorn", "--config", "python:chatserver.gunicorn_conf", *options,
            cwd=cwd, env=environ, stderr=stderr,
        )  # fmt: skip
    url = URL(f"http://127.0.0.1:{config.port}/")
    try:
        await answers(url, process)
        yield Gunicorn(url, process, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        code = await asyncio.wait_for(process.wait(), PATIENCE)
    assert code == 0, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()
