"""The load of people who upload: each one file after the other."""

import asyncio
import re
import time
from contextlib import AsyncExitStack
from uuid import uuid4

import aiohttp


async def upload(url: str, cookies: list[str], content: bytes, seconds: float) -> int:
    """Uploads this content as each of the people for some seconds; returns how many uploads were answered with 201.

    They open their pages before, one by one: what twenty pages at once cost is not measured here.
    """
    async with AsyncExitStack() as stack:
        people = [await _with_page(stack, url, cookie) for cookie in cookies]
        until = time.monotonic() + seconds
        return sum(await asyncio.gather(*(_one(http, token, content, until) for http, token in people)))


async def _with_page(stack: AsyncExitStack, url: str, cookie: str) -> tuple[aiohttp.ClientSession, str]:
    """Returns a browser and the token of its page."""
    http = await stack.enter_async_context(aiohttp.ClientSession(url, headers={"Cookie": cookie}))
    async with http.get("/messages/") as answer:
        found = re.search(r'name="csrf_token" value="([^"]+)"', await answer.text())
    return http, found[1] if found else ""


async def _one(http: aiohttp.ClientSession, token: str, content: bytes, until: float) -> int:
    done = 0
    headers = {"X-CSRF-Token": token, "X-File-Name": "photo.jpg"}
    while time.monotonic() < until:
        async with http.put(f"/messages/files/{uuid4()}", data=content, headers=headers) as answer:
            done += answer.status == 201
            if answer.status == 503:
                await asyncio.sleep(1)
    return done
