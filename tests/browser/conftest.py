"""A real Chromium, and a server in a process of its own that a story may kill."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, async_playwright
from yarl import URL

from chatserver.config.settings import Config
from tests.browser.screens import Screen
from tests.conftest import serving
from tests.support.chromium import NO_BROWSER, find_browser, launch
from tests.support.people import PATIENCE, Person

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        if find_browser(playwright) is None:
            (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(NO_BROWSER)
        browser = await launch(playwright)
        yield browser
        await browser.close()


@dataclass
class Site:
    """The server of one story; `mortal_site` runs in a process of its own, which a story may kill."""

    config: Config
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://{self.config.host}:{self.config.port}"

    @property
    def environ(self) -> dict[str, str]:
        assert self.config.database_url is not None
        assert self.config.redis_url is not None
        return {
            **os.environ,
            "PORT": str(self.config.port),
            "DATABASE_URL": self.config.database_url,
            "REDIS_URL": self.config.redis_url,
            "REDIS_PREFIX": self.config.redis_prefix,
            "DATA_DIR": str(self.config.data_dir),
            "API_KEY": self.config.api_key,
        }

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
        """What `python -m chatserver …` prints on this site, as JSON."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chatserver", *arguments, cwd=ROOT, env=self.environ, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0
        return json.loads(printed)

    async def group(self, *names: str) -> int:
        """A thread of more than two; returns its id."""
        return int((await self.command("thread", "create", *names))["id"])

    async def has(self, *names: str) -> list[int]:
        """People who only have to be there: they signed up, and no browser of theirs is open. Returns their ids."""
        ids = []
        for name in names:
            async with Person(URL(self.url), name) as somebody:
                ids.append((await somebody.sign_up()).id)
        return ids

    async def says(self, thread: int, sender: int, text: str) -> None:
        """A message from another program."""
        fields = {"api_key": self.config.api_key, "sender_id": str(sender), "message": text}
        url = f"{self.url}/messages/send_message_api/{thread}/"
        async with aiohttp.ClientSession() as http, http.post(url, data=fields) as response:
            assert response.status == 200, await response.text()


@pytest.fixture
async def site(config: Config, request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    if "mortal_site" in request.fixturenames:
        yield request.getfixturevalue("mortal_site")
    else:
        config = replace(config, presence_interval=0.2)
        async with serving(config):
            yield Site(config)


@pytest.fixture
async def mortal_site(config: Config) -> AsyncIterator[Site]:
    site = Site(config)
    await site.start()
    yield site
    if site.process is not None:
        await site.stop()


Opens = Callable[..., Awaitable[Screen]]


@pytest.fixture
async def person(browser: Browser, site: Site) -> AsyncIterator[Opens]:
    """Opens a browser of a person's own, like `await person("Ana", locale="ru-RU")`. Nothing may go wrong in it."""
    screens: list[Screen] = []

    async def opens(name: str, **options: Any) -> Screen:
        context = await browser.new_context(**{"base_url": site.url, "locale": "en-US"} | options)
        context.set_default_timeout(PATIENCE * 1000)
        screens.append(await Screen.open(context, name))
        return screens[-1]

    yield opens
    for screen in screens:
        await screen.page.context.close()
    assert [trouble for screen in screens for trouble in screen.troubles] == []
