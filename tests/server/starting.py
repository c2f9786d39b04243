"""Starting or checking a server that cannot work."""

import asyncio
import sys

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.processes import environment
from tests.support.repository import ROOT

WAYS = ["check", "serve", "gunicorn"]


async def start(config: Config, way: str, **settings: str) -> tuple[int, str]:
    """Starts or checks the server in one of its ways; returns the exit code and all output."""
    settings = {"LOOP_LAG_WARNING": "0", **settings}  # a busy machine must not add warnings
    if way != "gunicorn":
        code, output, errors = await chatserver(config, way, **settings)
        return code, output + errors
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning",
        cwd=ROOT, env=environment(config, **settings), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def said(answer: tuple[int, str], *sentences: str) -> None:
    code, text = answer
    assert code == 1, text
    assert "Traceback" not in text
    assert text.startswith("chatserver: ")
    for sentence in sentences:
        assert sentence in text, text
    assert len(text.strip().splitlines()) == len(sentences)
