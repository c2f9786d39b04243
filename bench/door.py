"""Users at the sign-in form: a crowd that signs in again and again, and an attacker who guesses passwords."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from bench.pacer import now

FORM = "/messages/sign-in/"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Entries:
    """Seconds from sending the form to being signed in, sign-ins refused with Retry-After, and total seconds."""

    times: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0


class Browser:
    """A browser that never stays signed in: it keeps only the cookie of the form."""

    def __init__(self, url: str) -> None:
        self._http = aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar())

    async def __aenter__(self) -> "Browser":
        async with self._http.get(FORM) as page:
            token = TOKEN.search(await page.text())
            assert token
            self._csrf_token = token[1]
            self._cookie = page.headers["Set-Cookie"].partition(";")[0]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def sign_in(self, name: str, password: str) -> tuple[int, float]:
        """Returns the status and the seconds of Retry-After."""
        fields = {"csrf_token": self._csrf_token, "username": name, "password": password}
        headers = {"Cookie": self._cookie}
        async with self._http.post(FORM, data=fields, headers=headers, allow_redirects=False) as answer:
            await answer.read()
            return answer.status, float(answer.headers.get("Retry-After", 0))


async def enter(url: str, names: Sequence[str], password: str, entries: Entries) -> None:
    """Signs all of them in at once, and each again as soon as they are signed in; until cancelled."""

    async def one(name: str) -> None:
        async with Browser(url) as browser:
            while True:
                start = now()
                while (answer := await browser.sign_in(name, password))[0] == 503:
                    entries.refused += 1
                    await asyncio.sleep(answer[1])
                assert answer[0] == 303, answer
                entries.times.append(now() - start)

    async with asyncio.TaskGroup() as people:
        for name in names:
            people.create_task(one(name))


async def guess(url: str, names: Sequence[str], password: str, *, times: int) -> list[list[float]]:
    """Returns the seconds that a wrong password takes with each of these names in turn."""
    taken: list[list[float]] = [[] for _ in names]
    async with Browser(url) as browser:
        for _ in range(times):
            for name, found in zip(names, taken, strict=True):
                start = now()
                status, _ = await browser.sign_in(name, password)
                assert status == 403
                found.append(now() - start)
    return taken
