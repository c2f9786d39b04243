"""Unit tests of scripts: each test of `modules/*.js` runs in a page of its own, without a server."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route

from tests.support.people import PATIENCE

SITE = "https://chat.example"
ROOT = Path(__file__).parents[2]
MODULES = Path(__file__).parent / "modules"
TYPES = {".js": "text/javascript", ".json": "application/json"}
TESTS = [
    pytest.param(path.name, name, id=re.sub(r"\W+", "_", name))
    for path in sorted(MODULES.glob("*.js"))
    for name in re.findall(r"^test\('(.+?)', ", path.read_text("utf-8"), re.MULTILINE)
]


@pytest.fixture(scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    permissions = ["clipboard-read", "clipboard-write"]
    context = await browser.new_context(locale="en-US", permissions=permissions)
    await context.route(f"{SITE}/**", serve)
    yield context
    await context.close()


async def serve(route: Route) -> None:
    """Serves the page, and the scripts and cases of this checkout."""
    path = route.request.url.removeprefix(SITE).partition("?")[0]
    file = MODULES / "page.html" if path == "/" else ROOT / path[1:]
    if file.is_file():
        await route.fulfill(path=file, content_type=TYPES.get(file.suffix, "text/html"))
    else:
        await route.fulfill(body="", content_type="text/html")


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    devtools = await context.new_cdp_session(page)

    async def act(action: str, *given: str) -> None:
        """Does for a test what a page cannot do itself: see `modules/harness.js`."""
        if action == "moveTo":
            await devtools.send("Emulation.setTimezoneOverride", {"timezoneId": given[0]})
        elif action == "setClock":
            await page.clock.set_fixed_time(given[0])
        else:
            element = page.locator(given[0])
            actions: Any = {"press": element.press, "type": element.press_sequentially, "fill": element.fill}
            await actions[action](given[1])

    await page.expose_function("act", act)
    await page.goto(f"{SITE}/")
    await page.evaluate("localStorage.clear()")
    yield page
    await page.close()
    assert errors == []


@pytest.mark.parametrize(("file", "name"), TESTS)
async def test_module(page: Page, file: str, name: str) -> None:
    script = """async ([file, name]) => {
        const { tests } = await import('/tests/browser/modules/harness.js');
        await import(`/tests/browser/modules/${file}`);
        await tests.get(name)();
    }"""
    async with asyncio.timeout(PATIENCE):
        await page.evaluate(script, [file, name])


def test_every_test_of_a_module_is_run() -> None:
    scripts = [path.read_text("utf-8") for path in MODULES.glob("*.js") if path.name != "harness.js"]
    assert len(TESTS) == sum(len(re.findall(r"\btest\(", script)) for script in scripts) > 30
