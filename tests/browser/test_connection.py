"""Silent failures, such as a sleeping tab or a network that drops everything, and what the page says about them."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest
from playwright.async_api import Browser, Page, expect

from chatserver.config.settings import Config
from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import holds, lock_is_waited_for
from tests.support.people import PATIENCE
from tests.support.ports import unused_port
from tests.support.proxy import Proxy

LOST = "Connection lost. Reconnecting…"
CANNOT_OPEN = "Couldn’t open this: the connection was lost."
GREETINGS = ("Hello", "Hello again")
BUSY = "() => { const end = performance.now() + 300; while (performance.now() < end); }"
HOLD_THE_TURN = """() => {
  const { id } = JSON.parse(document.body.dataset.me);
  return new Promise((held) => {
    navigator.locks.request(`chatserver.outbox.${id}`, () => { held(); return new Promise(() => {}); }).catch(() => {});
  });
}"""


async def process_of(browser: Browser, page: Page) -> int:
    """Returns the id of the process that renders a page: the one that uses CPU when the page does."""
    devtools = await browser.new_browser_cdp_session()

    async def spent() -> Counter[int]:
        processes = (await devtools.send("SystemInfo.getProcessInfo"))["processInfo"]
        return Counter({each["id"]: each["cpuTime"] for each in processes if each["type"] == "renderer"})

    before = await spent()
    await page.evaluate(BUSY)
    worked = await spent() - before
    await devtools.detach()
    return worked.most_common(1)[0][0]


async def two_tabs(person: Opens) -> tuple[Screen, Screen]:
    """Two tabs of Ana's, in her chat with Ben."""
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    tab = await ana.another_tab()
    await tab.goes_to(f"/messages/chat/{thread}/")
    await tab.writes("Hello again")
    for screen in (ana, tab):
        await screen.sees_messages("Hello", "Hello again")
        await screen.sees_pending(0)
    return ana, tab


async def test_a_tab_suspended_while_sending_does_not_block_others(
    site: Site, person: Opens, browser: Browser, database_url: str
) -> None:
    await site.has("Ben")
    sleeper, tab = await two_tabs(person)
    process = await process_of(browser, sleeper.page)
    with closing(psycopg2.connect(database_url)) as holding_up:
        holding_up.cursor().execute("lock table messages in exclusive mode")
        await sleeper.writes("as I fall asleep")
        await lock_is_waited_for(site.config)
        os.kill(process, signal.SIGSTOP)
    try:
        await tab.writes("awake")
        await tab.sees_messages(*GREETINGS, "as I fall asleep", "awake")
        await tab.sees_pending(0)
        await tab.writes("and no more slowly than ever")
        await tab.sees_pending(0)
    finally:
        os.kill(process, signal.SIGCONT)
    for screen in (sleeper, tab):
        await screen.sees_messages(*GREETINGS, "as I fall asleep", "awake", "and no more slowly than ever")
        await screen.sees_pending(0)
    await sleeper.writes("good morning")
    await tab.sees_messages(*GREETINGS, "as I fall asleep", "awake", "and no more slowly than ever", "good morning")
    await sleeper.sees_pending(0)


async def test_a_tab_that_never_finishes_sending_does_not_block_others(site: Site, person: Opens) -> None:
    await site.has("Ben")
    holder, tab = await two_tabs(person)
    await holder.page.evaluate(HOLD_THE_TURN)
    for text in ("one", "two", "three"):
        await tab.writes(text)
    await tab.sees_messages(*GREETINGS, "one", "two", "three")
    await tab.sees_pending(0)


async def test_a_message_written_offline_is_shown_as_waiting_within_seconds(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.page.context.set_offline(True)
    await ana.writes("from the tunnel")
    state = ana.page.locator(".message.pending .message-state")
    await expect(state).to_have_text("Waiting for the connection")
    await expect(ana.page.locator("#presence")).to_be_hidden()
    await ana.sees(LOST)
    await ana.page.context.set_offline(False)
    await ana.sees_pending(0)
    await expect(ana.page.locator("#connection")).to_be_hidden()
    await ana.sees_messages("Hello", "from the tunnel")


async def test_going_offline_is_shown_within_seconds_without_a_message(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.writes("Hello again")
    await ana.sees_pending(0)  # the connection works
    await ana.page.context.set_offline(True)
    await ana.sees(LOST)
    await ana.page.context.set_offline(False)
    await expect(ana.page.locator("#connection")).to_be_hidden()


class Network(Proxy):
    """The network between a browser and the server, which can silently drop everything."""

    def __init__(self) -> None:
        self.server_port = unused_port()
        super().__init__(lambda: asyncio.open_connection("127.0.0.1", self.server_port))
        self.url = ""


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    network = Network()
    network.url = f"http://127.0.0.1:{await network.start()}"
    yield network
    await network.stop()


@pytest.fixture
def config(config: Config, network: Network) -> Config:
    return replace(config, port=network.server_port, origins=(f"http://127.0.0.1:{network.server_port}", network.url))


async def test_a_silently_dropping_network_is_noticed_by_a_missing_answer(
    site: Site, person: Opens, network: Network
) -> None:
    await site.has("Ben")
    ana = await person("Ana", base_url=network.url)
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.writes("by the network")
    await ana.sees_pending(0)
    network.silent = True
    await ana.writes("into the dark")
    state = ana.page.locator(".message.pending .message-state")
    await expect(state).to_have_text("Waiting for the connection")
    await ana.sees(LOST)
    network.silent = False
    await ana.sees_messages("Hello", "by the network", "into the dark")
    await ana.sees_pending(0)


async def test_a_failed_navigation_is_reported_until_the_server_answers(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "to Ben")
    await ana.writes_to("Cleo", "to Cleo")
    await ana.page.route("**/messages/chat/1/", lambda route: route.abort())
    await ana.conversation("Ben").locator("a").click()
    await ana.sees(CANNOT_OPEN)
    await expect(ana.page.locator("#connection")).to_be_hidden()  # the socket stayed open all the time
    await ana.writes("still here")
    await ana.sees_messages("to Cleo", "still here")


async def test_a_failed_navigation_is_no_longer_reported_once_the_page_opens(site: Site, person: Opens) -> None:
    """The sentence that sockets are blocked is then shown again."""
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.page.add_init_script("delete window.WebSocket")
    await ana.joins()
    await ana.writes_to("Ben", "to Ben")
    await ana.writes_to("Cleo", "to Cleo")
    line = ana.page.locator("#connection")
    await expect(line).to_contain_text("This browser can’t show new messages automatically.")
    await ana.page.route("**/messages/chat/1/", lambda route: route.abort())
    await ana.conversation("Ben").locator("a").click()
    await expect(line).to_contain_text(CANNOT_OPEN)
    await ana.page.unroute("**/messages/chat/1/")
    await ana.opens_conversation("Ben")
    await expect(line).to_contain_text("This browser can’t show new messages automatically.")


async def test_earlier_messages_that_could_not_be_loaded_are_loaded_after_reconnecting(
    site: Site, person: Opens, network: Network, database_url: str
) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", base_url=network.url)
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await asyncio.gather(*(site.says(thread, ben, f"line {number}") for number in range(150)))
    read = "select 1 from participants p join users u on u.id = user_id where u.name = 'Ana' and read_seq = 151"
    await holds(database_url, read)  # the chat opens at its end
    lost = "These messages couldn’t be loaded."
    await ana.page.route("**/history?*", lambda route: route.abort())
    await ana.goes_to(f"/messages/chat/{thread}/?at=151")  # the end, however far she has read
    async with asyncio.timeout(PATIENCE):
        while lost not in str(
            await ana.page.locator("#notice-text").text_content()
        ):  # the scripts also scroll, when they start
            await ana.page.locator("#log").evaluate("log => { log.scrollTop = -1e9; }")
    await ana.page.unroute("**/history?*")
    network.silent = True
    await ana.writes("is anybody there?")
    await ana.sees("Waiting for the connection")
    network.silent = False
    await expect(ana.messages).to_have_count(152)
    await expect(ana.page.locator("#notice")).to_be_hidden()
