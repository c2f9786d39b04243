"""The server of a browser test."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from chatserver.config.settings import Config
from tests.browser.screens import Screen
from tests.support.people import PATIENCE, Person
from tests.support.processes import environment
from tests.support.repository import ROOT


@dataclass
class Site:
    """The server of one test; `mortal_site` runs in a process of its own, which a test may kill."""

    config: Config
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://{self.config.host}:{self.config.port}"

    @property
    def environ(self) -> dict[str, str]:
        return environment(self.config, API_KEY=self.config.api_key)

    async def start(self) -> None:
        command = [sys.executable, "-m", "chatserver", "serve"]
        self.process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=self.environ)
        async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as http:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with http.get(f"{self.url}/readyz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        await asyncio.wait_for(self.process.wait(), PATIENCE)
        self.process = None

    async def command(self, *arguments: str) -> Any:
        """Runs `python -m chatserver …` on this site and returns its JSON."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chatserver", *arguments, cwd=ROOT, env=self.environ, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0
        return json.loads(printed)

    async def group(self, *names: str) -> int:
        """Creates a group and returns its id."""
        return int((await self.command("thread", "create", *names))["id"])

    async def has(self, *names: str) -> list[int]:
        """Signs up people who need no browser, and returns their ids."""
        ids = []
        for name in names:
            async with Person(URL(self.url), name) as somebody:
                ids.append((await somebody.sign_up()).id)
        return ids

    async def says(self, thread: int, sender: int, text: str) -> None:
        """Sends a message from another program."""
        fields = {"api_key": self.config.api_key, "sender_id": str(sender), "message": text}
        url = f"{self.url}/messages/send_message_api/{thread}/"
        async with aiohttp.ClientSession() as http, http.post(url, data=fields) as response:
            assert response.status == 200, await response.text()


Opens = Callable[..., Awaitable[Screen]]
