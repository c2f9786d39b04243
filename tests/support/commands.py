"""The command line: `python -m chatserver …` on a test's servers."""

import asyncio
import json
import sys
from typing import Any

from chatserver.config.settings import Config
from tests.support.processes import environment


async def chatserver(config: Config, *arguments: str, typed: str = "", **settings: str) -> tuple[int, str, str]:
    """Runs `python -m chatserver …` on this test's servers; `typed` is piped in."""
    code, output, errors = await chatserver_in_bytes(config, *arguments, typed=typed.encode(), **settings)
    return code, output.decode(), errors.decode()


async def chatserver_in_bytes(
    config: Config, *arguments: str | bytes, typed: bytes = b"", **settings: str
) -> tuple[int, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatserver", *arguments,
        env=environment(config, **settings),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate(typed)
    return process.returncode or 0, output, errors


async def thread(config: Config, *arguments: str) -> dict[str, Any]:
    code, output, errors = await chatserver(config, "thread", *arguments)
    assert code == 0, errors
    made: dict[str, Any] = json.loads(output)
    return made
