"""A visit to a chat of 100 messages, one of 50 chats, on a slow phone: times until text and input, and bytes.

Measures a first visit, with an empty cache, and a second one, which is far more common.
"""

import asyncio
from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from playwright.async_api import Browser, BrowserContext, async_playwright

from bench.report import Figure, say
from bench.stage import Seat, Server, Stage
from tests.support.chromium import launch

VISITS = 5
THREADS, PEOPLE, MESSAGES = 50, 3, 100
CPU_SLOWDOWN = 4
# "Fast 3G" of Chromium's DevTools: milliseconds for each request, bytes a second.
LATENCY, DOWN, UP = 562.5, 1.6e6 / 8 * 0.9, 750e3 / 8 * 0.9
PHONE = {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
WRITE = """() => {
  document.getElementById('message').focus();
  document.execCommand('insertText', false, 'Hello');
  return document.getElementById('message').value && performance.now();
}"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class Visit(NamedTuple):
    painted: float  # ms
    typed: float  # ms
    weight: int  # bytes on the wire, including headers
    requests: int


def visit(stage: Stage) -> Iterator[Figure]:
    with stage.product() as server:
        seat = server.provision(users=PEOPLE, threads=THREADS, people=PEOPLE, messages=MESSAGES)[0][0]
        server.as_people_write()
        say("visit: a slow phone")
        visits = asyncio.run(_visits(server, seat, 2 if stage.quick else VISITS))
    first, again = ([each[place] for each in visits] for place in range(2))
    yield Figure("visit", "text painted", median(each.painted for each in first), "ms", at_most=1500)
    yield Figure("visit", "text box ready", median(each.typed for each in first), "ms", at_most=2000)
    yield Figure("visit", "on the wire", max(each.weight for each in first) / 1024, "KB", at_most=60)
    yield Figure("visit", "requests", max(each.requests for each in first), at_most=25)
    yield Figure("visit", "again: text painted", median(each.painted for each in again), "ms")
    yield Figure("visit", "again: text box ready", median(each.typed for each in again), "ms")
    yield Figure("visit", "again: on the wire", max(each.weight for each in again) / 1024, "KB")


async def _visits(server: Server, seat: Seat, number: int) -> list[tuple[Visit, Visit]]:
    """Returns the first and the second visits of `number` phones."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        visits = [await _phone(browser, server, seat) for _ in range(number)]
        await browser.close()
        return visits


async def _phone(browser: Browser, server: Server, seat: Seat) -> tuple[Visit, Visit]:
    context = await browser.new_context(base_url=server.url, **PHONE)  # type: ignore[arg-type]
    name, _, value = seat.cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": server.url}])
    first, again = await _visit(context, seat), await _visit(context, seat)
    await context.close()
    return first, again


async def _visit(context: BrowserContext, seat: Seat) -> Visit:
    page = await context.new_page()
    devtools = await context.new_cdp_session(page)
    cached: set[str] = set()
    sizes: dict[str, int] = {}
    devtools.on("Network.requestServedFromCache", lambda event: cached.add(event["requestId"]))
    devtools.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    await devtools.send("Network.enable")
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    slow = {"offline": False, "latency": LATENCY, "downloadThroughput": DOWN, "uploadThroughput": UP}
    await devtools.send("Network.emulateNetworkConditions", slow)
    await page.goto(f"/messages/chat/{seat.thread}/", wait_until="commit")
    await page.wait_for_selector(".message-text")
    typed = await page.evaluate(WRITE)
    await page.wait_for_load_state("networkidle")
    painted = await page.evaluate(PAINTED)
    await page.close()
    weights = [size for place, size in sizes.items() if place not in cached]
    return Visit(painted, max(painted, typed), sum(weights), len(sizes))  # nobody types before the page is visible
