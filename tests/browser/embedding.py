"""A site that embeds the chat: its page, its people and their tokens."""

import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Frame, FrameLocator, Page

from tests.support.ports import unused_port
from tests.support.tokens import claims_of, signed

PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><title>The site</title>
<meta name="viewport" content="width=device-width">
<script src="{chat}/messages/embed.js" defer></script>
<script src="/site.js" data-sub="{sub}" defer></script>
<p><a href="/">Home</a> <button id="contact">Contact</button> Messages: <b id="count" data-chat-unread hidden></b>
<p><output id="heard"></output>
<p>{text}
</html>"""
SCRIPT = """
const { sub } = document.currentScript.dataset;
const heard = [];
function hear(what) {
  heard.push(what);
  document.getElementById('heard').textContent = JSON.stringify(heard);
}
ChatServer.on('ready', () => hear('ready'));
ChatServer.on('unread', hear);
if (sub) ChatServer.signIn({ sub, token: async () => (await fetch('/token')).text() });
document.getElementById('contact').addEventListener('click', () => ChatServer.open({ to: '8' }));
"""
TEXT = "The quick brown fox jumps over the lazy dog. " * 40


class EmbeddingSite:
    """The site at `url`; whoever comes is `person` there, None for nobody. `tokens` counts the tokens it gave."""

    def __init__(self, chat: str, url: str) -> None:
        self.chat, self.url = chat, url
        self.person: dict[str, str] | None = {"sub": "7", "name": "ana", "full_name": "Ana Ruiz"}
        self.language = "en"
        self.tokens = 0

    async def page(self, _: web.Request) -> web.Response:
        sub = self.person["sub"] if self.person else ""
        page = PAGE.format(chat=self.chat, sub=html.escape(sub), language=self.language, text=TEXT)
        # What docs/django.md says that the chat needs, and nothing else.
        policy = f"default-src 'none'; script-src 'self' {self.chat}; frame-src {self.chat}; connect-src 'self'"
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def script(self, _: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")

    async def token(self, _: web.Request) -> web.Response:
        self.tokens += 1
        return web.Response(text=signed(claims_of(self.chat, **self.person)) if self.person else "")

    async def to_chat(self, request: web.Request) -> web.Response:
        return web.Response(text=f"the site signs in for {request.query['next']}")


def embedding_url(host: str) -> str:
    return f"http://{host}:{unused_port()}"


@asynccontextmanager
async def embedding(chat: str, url: str) -> AsyncIterator[EmbeddingSite]:
    site = EmbeddingSite(chat, url)
    app = web.Application()
    app.router.add_get("/", site.page)
    app.router.add_get("/site.js", site.script)
    app.router.add_get("/token", site.token)
    app.router.add_get("/to-chat", site.to_chat)
    host, _, port = url.removeprefix("http://").partition(":")
    async with TestServer(app, host=host, port=int(port)):
        yield site


def messenger(page: Page) -> FrameLocator:
    return page.frame_locator("chat-server div iframe")


def frame_of(page: Page) -> Frame:
    [frame] = [each for each in page.frames if "/messages/" in each.url and "/embed/count" not in each.url]
    return frame


async def focused(page: Page) -> str:
    """The element that has the focus on the site's page."""
    return str(await page.evaluate("document.activeElement.id || document.activeElement.localName"))
