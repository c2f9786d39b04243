"""A Django site beside a chat, in a process of its own: that of `tests/sites/django`, or another project."""

import asyncio
import contextlib
import json
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.people import PATIENCE
from tests.support.ports import unused_port
from tests.support.processes import environment
from tests.support.repository import ROOT

PASSWORD = "a demo, not a secret"  # of mysite/people.py
DJANGO_SITE = ROOT / "tests" / "sites" / "django"
SECRET = secrets.token_urlsafe(32)


def beside_django(config: Config) -> Config:
    """The chat's settings of docs/django.md, for a site on a free port of the same host."""
    url = f"http://127.0.0.1:{unused_port()}"
    return replace(
        config, sso_keys=(f"site:HS256:{SECRET}",), sso_url=f"{url}/chat/", sso_only=1, embed_origins=(url,),
        site_url=f"{url}/",
    )  # fmt: skip


async def django_environ(config: Config) -> dict[str, str]:
    """The environment of the site of this chat."""
    code, printed, errors = await chatserver(config, "key", "create", "site", "--scope", "write")
    assert code == 0, errors
    return environment(config) | {
        "CHAT_URL": config.origins[0],
        "CHAT_SECRET": SECRET,
        "CHAT_KEY": json.loads(printed)["key"],
        "SITE_SECRET": secrets.token_urlsafe(32),
        "SITE_DATABASE": str(config.data_dir / "site.sqlite3"),
    }


async def manage(project: Path, environ: dict[str, str], *arguments: str) -> None:
    """Runs a command of the project."""
    command = [sys.executable, "manage.py", *arguments]
    process = await asyncio.create_subprocess_exec(*command, cwd=project, env=environ)
    assert await process.wait() == 0, arguments


@asynccontextmanager
async def django_site(project: Path, environ: dict[str, str], url: str) -> AsyncIterator[str]:
    """Makes the people of the site and serves it; returns its address."""
    await manage(project, environ, "migrate", "-v", "0")
    await manage(project, environ, "shell", "-v", "0", "-c", "from mysite.people import make; make()")
    address = url.removeprefix("http://")
    command = [sys.executable, "manage.py", "runserver", "--noreload", "-v", "0", address]
    running = await asyncio.create_subprocess_exec(
        *command, cwd=project, env=environ, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(url, running)
        yield url
    finally:
        running.terminate()
        await asyncio.wait_for(running.wait(), PATIENCE)


async def _answers(url: str, running: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as http:
        while True:
            assert running.returncode is None
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{url}/") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)
