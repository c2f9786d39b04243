"""A real Chromium, and the sites that it opens."""

import os
from collections.abc import AsyncIterator, Generator
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from chatserver.config.settings import Config
from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.chromium import NO_BROWSER, find_browser, launch
from tests.support.people import PATIENCE
from tests.support.servers import serving

HAS_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tells fixtures whether their test failed."""
    report = yield
    if report.when == "call":
        item.stash[HAS_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        if find_browser(playwright) is None:
            (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(NO_BROWSER)
        browser = await launch(playwright)
        yield browser
        await browser.close()


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


@pytest.fixture
async def person(browser: Browser, site: Site, request: pytest.FixtureRequest) -> AsyncIterator[Opens]:
    """Opens a browser for one person, as `await person("Ana", locale="ru-RU")`; the test fails on any error in it.

    If the test failed, prints what each page shows.
    """
    screens: list[Screen] = []

    async def opens(name: str, **options: Any) -> Screen:
        context = await browser.new_context(**{"base_url": site.url, "locale": "en-US"} | options)
        context.set_default_timeout(PATIENCE * 1000)
        screens.append(await Screen.open(context, name))
        return screens[-1]

    yield opens
    for screen in screens:
        if request.node.stash.get(HAS_FAILED, False):
            print(f"{screen.name} at {screen.page.url}:\n{await screen.page.locator('body').inner_text()}\n")
        await screen.page.context.close()
    assert [trouble for screen in screens for trouble in screen.troubles] == []


@pytest.fixture
def options() -> dict[str, Any]:
    """The options of Ana's browser."""
    return {}


@pytest.fixture
async def ana(site: Site, person: Opens, options: dict[str, Any]) -> Screen:
    del site
    ana = await person("Ana", **options)
    await ana.joins()
    return ana


@pytest.fixture
async def ben(ana: Screen, person: Opens) -> Screen:
    """Ben, who has written to Ana twice; both have their chat open."""
    ben = await person("Ben")
    await ben.joins()
    thread = await ben.writes_to("Ana", "Hello Ana")
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ben.writes("What are you reading?")
    await ana.sees_messages("Hello Ana", "What are you reading?")
    return ben
