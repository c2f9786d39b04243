"""The pages and the call of docs/any-site.md, as they stand there, on a site that has nothing else."""

import asyncio
import html
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect

from chatserver.config.settings import Config
from tests.browser.embedding import embedding_url
from tests.browser.site import Opens, Site
from tests.support.programs import new_key
from tests.support.repository import page
from tests.support.servers import serving
from tests.support.tokens import KEYS, claims_of, signed

ANA = {"sub": "17", "name": "ana", "full_name": "Ana Ruiz"}


def lines_of(chapter: str, language: str) -> str:
    """The block of a chapter."""
    text = page("docs/any-site.md").partition(f"\n## {chapter}\n")[2].partition("\n## ")[0]
    [block] = re.findall(rf"```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(block)


class AnySite:
    """The site, where everybody is Ana."""

    def __init__(self, chat: str) -> None:
        self.chat = chat

    async def home(self, _: web.Request) -> web.Response:
        return self._filled("In your pages", SUB=ANA["sub"])

    async def sign_in(self, request: web.Request) -> web.Response:
        return self._filled(
            "The sign-in page", TOKEN=self._token(nonce=request.query["nonce"]), NEXT=request.query["next"]
        )

    async def token(self, _: web.Request) -> web.Response:
        return web.Response(text=self._token())

    def _token(self, **more: str) -> str:
        return signed(claims_of(self.chat, **ANA, **more))

    def _filled(self, chapter: str, **values: str) -> web.Response:
        text = lines_of(chapter, "html")
        for name, value in {**values, "CHAT_URL": self.chat}.items():
            text = text.replace(name, html.escape(value))
        return web.Response(text=text, content_type="text/html")


@pytest.fixture
def at() -> str:
    """Where the site is."""
    return embedding_url("127.0.0.1")


@pytest.fixture
async def site(config: Config, at: str) -> AsyncIterator[Site]:
    config = replace(config, sso_keys=KEYS, sso_url=f"{at}/chat/", sso_only=1, embed_origins=(at,))
    async with serving(config):
        yield Site(config)


@pytest.fixture
async def home(site: Site, at: str) -> AsyncIterator[str]:
    any_site, app = AnySite(site.url), web.Application()
    app.router.add_get("/", any_site.home)
    app.router.add_get("/chat/", any_site.sign_in)
    app.router.add_get("/chat/token", any_site.token)
    async with TestServer(app, host="127.0.0.1", port=int(at.rpartition(":")[2])):
        yield f"{at}/"


@pytest.mark.skipif(not shutil.which("curl"), reason="There is no curl")
async def test_people_of_any_site_are_in_the_chat_and_in_its_frame_and_out_of_it_again(
    person: Opens, site: Site, home: str, config: Config
) -> None:
    ana = await person("ana")
    await ana.page.goto(home)
    await ana.page.get_by_role("link", name="Messages").click()
    await expect(ana.page).to_have_url(f"{site.url}/messages/")
    await expect(ana.page.locator("#menu .menu-name")).to_contain_text("Ana Ruiz")

    key = await new_key(config, "site", "write")
    environ = os.environ | {"CHAT_URL": site.url, "SUB": ANA["sub"], "KEY": key, "no_proxy": "*"}
    line = lines_of("When somebody signs out", "sh").replace("curl", "curl -q -sS --fail", 1)
    curl = await asyncio.create_subprocess_exec("bash", "-c", line, env=environ)
    assert await curl.wait() == 0
    assert (await ana.page.request.get(f"{site.url}/messages/session")).status == 401

    await ana.page.goto(home)
    await ana.page.get_by_role("button", name="Messages").click()
    inside = ana.page.frame_locator("chat-server div iframe")
    await expect(inside.locator("#menu .menu-name")).to_contain_text("Ana Ruiz")
