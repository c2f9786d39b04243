"""Pictures of the main pages, for the README: `make screenshots` takes them again."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from chatserver.config.development import make_secret
from chatserver.config.settings import Config
from chatserver.development import demo
from chatserver.development.embedded import EmbeddedServers
from chatserver.server.schema import migrate
from tests.support.chromium import NO_BROWSER, has_browser, launch
from tests.support.ports import unused_port
from tests.support.servers import serving

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDE = {"width": 1200, "height": 760}
PHONE = {"width": 390, "height": 780}


def main() -> None:
    if not has_browser():
        sys.exit(f"make screenshots: {NO_BROWSER}.")
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, EmbeddedServers(Path(folder), durable=False) as servers:
        migrate(servers.database_url)
        port = unused_port()
        config = Config(
            port=port,
            database_url=servers.database_url,
            redis_url=servers.redis_url,
            data_dir=Path(folder),
            secret_keys=(make_secret(),),
            api_key=make_secret(),
            origins=(f"http://127.0.0.1:{port}",),
            presence_interval=0.2,
        )
        demo.fill(config)
        asyncio.run(_draw(config))


async def _draw(config: Config) -> None:
    async with async_playwright() as playwright, serving(config):
        browser = await launch(playwright)
        url = f"http://{config.host}:{config.port}"
        async with _someone(browser, url, viewport=WIDE) as page:
            await page.goto("/messages/sign-in/")
            await _save(page, "sign-in")
            await page.goto("/messages/sign-up/")
            await page.fill("[name=username]", "Dora")
            await page.fill("[name=password]", demo.PASSWORD)
            await page.get_by_role("button", name="Sign up").click()
            await page.wait_for_selector("#new-message")
            await _save(page, "empty")
        async with (
            _signed_in(browser, url, "Ben", viewport=WIDE, color_scheme="dark") as ben,
            _signed_in(browser, url, "Клео", viewport=PHONE, locale="ru-RU") as cleo,
            _signed_in(browser, url, "Ana", viewport=WIDE) as ana,
            _signed_in(browser, url, "Ana", viewport=PHONE, color_scheme="dark") as phone,
        ):
            await _open(ben, "Ana")
            await _open(ana, "Ben")
            await ben.locator("#message").press_sequentially("On my way")
            await ana.get_by_text("Ben is typing…").wait_for()
            await ben.wait_for_selector("#presence.online")
            await _save(ana, "wide")
            await _save(ben, "dark")
            await _open(cleo, "Ana, Ben")
            await cleo.wait_for_selector("#presence.online")
            await _save(cleo, "russian")
            await _save(phone, "phone-list")
            await _open(phone, "Ben")
            await phone.wait_for_selector("#presence.online")
            await _save(phone, "phone")
            await phone.context.set_offline(True)
            await phone.evaluate("dispatchEvent(new Event('online'))")  # reconnects in vain
            await phone.fill("#message", "Written in the tunnel")
            await phone.locator("#message").press("Enter")
            await phone.get_by_text("Waiting for the connection").wait_for()
            await _save(phone, "offline")
        await browser.close()


@asynccontextmanager
async def _someone(browser: Browser, url: str, **options: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(base_url=url, **{"locale": "en-GB"} | options)
    yield await context.new_page()
    await context.close()


@asynccontextmanager
async def _signed_in(browser: Browser, url: str, name: str, **options: Any) -> AsyncIterator[Page]:
    async with _someone(browser, url, **options) as page:
        await page.goto("/messages/sign-in/")
        await page.fill("[name=username]", name)
        await page.fill("[name=password]", demo.PASSWORD)
        await page.locator("main button").click()
        await page.wait_for_selector(".conversation")
        yield page


async def _open(page: Page, title: str) -> None:
    await page.locator(".conversation-title", has_text=title).first.click()
    await page.wait_for_selector("#composer")


async def _save(page: Page, name: str) -> None:
    await page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", caret="initial")


if __name__ == "__main__":
    main()
