"""People of a site in Chromium: one link leads through the site into the chat, also from another site's address."""

import html
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import expect
from yarl import URL

from chatserver.config.settings import Config
from tests.browser.site import Opens, Site
from tests.support.commands import chatserver
from tests.support.people import Person
from tests.support.ports import unused_port
from tests.support.servers import serving
from tests.support.tokens import KEYS, claims_of, posts, signed, token_for

FORM = """<!doctype html><title>The site</title><form method="post" action="{chat}/messages/sso/">
<input name="token" value="{token}"><input name="next" value="{next}"></form>
<script>document.forms[0].submit()</script>"""


class Host:
    """The site beside the chat, at another host: whoever comes is Ana, until the test says otherwise."""

    def __init__(self, chat: str) -> None:
        self.chat = chat
        self.url = ""
        self.person = {"sub": "7", "name": "ana", "full_name": "Ana Ruiz"}

    async def to_chat(self, request: web.Request) -> web.Response:
        token = signed(claims_of(self.chat, **self.person, nonce=request.query["nonce"]))
        page = FORM.format(chat=self.chat, token=token, next=html.escape(request.query["next"]))
        return web.Response(text=page, content_type="text/html")


@pytest.fixture
async def host(config: Config) -> AsyncIterator[Host]:
    host = Host(config.origins[0])
    app = web.Application()
    app.router.add_get("/to-chat", host.to_chat)
    async with TestServer(app, host="localhost", port=unused_port()) as server:
        host.url = f"http://localhost:{server.port}"
        yield host


@pytest.fixture
def settings() -> dict[str, Any]:
    """More settings of the chat."""
    return {}


@pytest.fixture
async def site(config: Config, host: Host, settings: dict[str, Any]) -> AsyncIterator[Site]:
    config = replace(config, presence_interval=0.2, sso_keys=KEYS, sso_url=f"{host.url}/to-chat", **settings)
    async with serving(config):
        yield Site(config)


async def test_one_link_leads_through_the_site_into_the_chat(person: Opens, host: Host) -> None:
    ana = await person("ana")
    await ana.goes_to("/messages/sso/start?next=/messages/account/")
    await expect(ana.page).to_have_url(f"{host.chat}/messages/account/")
    await ana.sees("Ana Ruiz")


async def test_a_new_name_of_the_site_is_shown_in_open_chats(person: Opens, host: Host, site: Site) -> None:
    ben = await person("Ben")
    await ben.joins()
    async with Person(URL(site.url), "ana") as ana, Person(URL(site.url), "Ben") as to_ben:
        assert (await posts(ana, token_for(ana, **host.person), host.url)).status == 303
        thread = await ana.writes_to(to_ben)
        await ben.goes_to(f"/messages/chat/{thread}/")
        await expect(ben.page.locator("#chat-title")).to_have_text("Ana Ruiz ana")
        host.person |= {"name": "anna", "full_name": "Anna Vega"}
        assert (await posts(ana, token_for(ana, **host.person), host.url)).status == 303
    for place in ("#chat-title", "[data-thread] .conversation-title"):
        await expect(ben.page.locator(place)).to_have_text("Anna Vega anna")
    await expect(ben.page.locator(".message-sender")).to_have_text("Anna Vega")
    await expect(ben.page).to_have_title("Anna Vega")


@pytest.mark.parametrize("settings", [{"sso_only": 1}])
async def test_ana_writes_to_ben_from_his_page_and_signs_in_again_without_losing_what_she_types(
    person: Opens, host: Host, site: Site, config: Config
) -> None:
    async with Person(URL(site.url), "ben") as ben:
        assert (await posts(ben, token_for(ben, "8", name="ben", full_name="Ben Sol"), host.url)).status == 303
    ana = await person("ana")
    await ana.goes_to("/messages/to/8")  # a link on Ben's page at the site; it leads through the site first
    await expect(ana.page.locator("form .recipient")).to_have_text("To Ben Sol ben")
    await expect(ana.page.locator("[name=recipient_name]")).to_have_count(0)
    await ana.fills_in(message="Is the bicycle still there?")
    await ana.presses("Send")
    await ana.sees_messages("Is the bicycle still there?")
    await expect(ana.page.locator("#chat-title")).to_have_text("Ben Sol ben")
    chat = ana.page.url
    await ana.page.fill("#composer textarea", "I could come at six")
    assert (await chatserver(config, "user", "end-sessions", "ana"))[0] == 0
    link = ana.page.get_by_role("link", name="Sign in again")
    await expect(link).to_be_visible()
    await expect(ana.page.locator("#composer textarea")).to_have_value("I could come at six")
    await link.click()
    await expect(ana.page).to_have_url(chat)
    await expect(ana.page.locator("#composer textarea")).to_have_value("I could come at six")
    await ana.presses("Send")
    await ana.sees_messages("Is the bicycle still there?", "I could come at six")
