"""The messenger in the pages of a site, in Chromium: two origins of one site, and a site elsewhere."""

import re

from playwright.async_api import expect
from yarl import URL

from tests.browser.attaching import picture
from tests.browser.embedding import EmbeddingSite, focused, frame_of, messenger
from tests.browser.site import Opens, Site
from tests.support.people import Person
from tests.support.tokens import enters

NOTHING_UNREAD = '[{"threads":0,"messages":0}]'
FRAME = "document.querySelector('chat-server').shadowRoot.querySelector('div iframe').contentWindow"
LIE = "{ chatserver: 1, type: 'unread', threads: 9, messages: 99 }"
BUTTON = re.compile("^(Messages|Close messages)")


async def test_ana_reads_and_writes_in_a_page_of_her_site(
    person: Opens, host: EmbeddingSite, site: Site, ben: Person
) -> None:
    ana = await person("ana")
    page, asked = ana.page, []
    page.on("request", lambda request: asked.append(URL(request.url).path))
    await page.goto(host.url)
    button = page.get_by_role("button", name=BUTTON)
    await expect(button).to_have_accessible_name("Messages")
    await expect(page.locator("#count")).to_be_hidden()
    await expect(page.locator("#heard")).to_have_text(NOTHING_UNREAD)
    assert [path for path in asked if path.startswith("/messages/") and "/static/" not in path] == [
        "/messages/embed.js", "/messages/embed/count", "/messages/unread",
    ]  # fmt: skip
    await page.locator("#contact").click()
    inside = messenger(page)
    await inside.locator("#message").fill("Hello from the site")
    await inside.get_by_role("button", name="Send", exact=True).click()
    await expect(inside.locator("#messages .message-text")).to_have_text("Hello from the site")
    await expect(inside.locator("#chat-title")).to_contain_text("Ben Diaz")
    await expect(button).to_have_attribute("aria-expanded", "true")
    assert await focused(page) == "chat-server"
    await inside.locator("#message").press("Escape")
    await expect(button).to_have_accessible_name("Messages")
    assert await focused(page) == "contact"
    await expect(inside.locator("#message")).to_be_hidden()

    thread = int(frame_of(page).url.split("/")[-2])
    for text in ("Hello Ana", "Are you there?"):
        await site.says(thread, ben.id, text)
    await expect(page.locator("#count")).to_have_text("2")
    await expect(button).to_have_accessible_name("Messages, unread: 2")
    await button.click()
    await expect(button).to_have_accessible_name("Close messages")
    await expect(inside.locator("#messages .message-text")).to_have_count(3)
    await expect(page.locator("#count")).to_have_text("0")
    await expect(page.locator("#count")).to_be_hidden()
    await expect(page.locator("#heard")).to_have_text(
        re.compile('"threads":1,"messages":2.*"threads":0,"messages":0}]$')
    )

    await page.evaluate("ChatServer.signOut()")
    await expect(button).to_have_count(0)
    assert (await page.request.get(f"{host.chat}/messages/session")).status == 401


async def test_signing_out_where_no_chat_is_open_leaves_no_draft_and_no_file_either(
    person: Opens, host: EmbeddingSite, ben: Person
) -> None:
    del ben
    page = (await person("ana")).page
    await page.goto(host.url)
    await page.locator("#contact").click()
    inside = messenger(page)
    await inside.locator("#message").fill("A first try")
    await inside.locator("#message").press("Enter")
    await expect(inside.locator("#messages .message-text")).to_have_text("A first try")
    await inside.locator("#message").fill("A draft")
    await inside.locator("#composer [name=file]").set_input_files([picture("lake.jpg")])
    await expect(inside.locator("#tray > li")).to_have_count(1)
    kept = """async () => [
      ...Object.keys(localStorage).filter((key) => /draft|files/.test(key)),
      ...(await indexedDB.databases()).map(({ name }) => name),
    ].length"""
    await page.goto(host.url)
    await expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    await page.evaluate("ChatServer.signOut()")
    await page.goto(f"{host.chat}/messages/signed-out/")
    assert await page.evaluate(kept) == 0


async def test_the_button_counts_each_minute_and_the_page_opens_and_closes_the_messenger(
    person: Opens, host: EmbeddingSite, site: Site, ben: Person
) -> None:
    ana = await person("ana")
    page = ana.page
    async with Person(URL(site.url), "ana") as at_chat:
        await enters(at_chat, "7")
        thread = await ben.writes_to(at_chat, "Hello Ana")
        session = at_chat.session
    await page.context.add_cookies([{"name": session.key, "value": session.value, "url": host.chat}])
    await page.clock.install()
    await page.goto(host.url)
    count, button = page.locator("#count"), page.get_by_role("button", name=BUTTON)
    await expect(count).to_have_text("1")
    await site.says(thread, ben.id, "Are you there?")
    await page.clock.fast_forward(60_000)
    await expect(count).to_have_text("2")

    await page.locator("#contact").focus()
    await page.evaluate("ChatServer.open()")
    await expect(page.locator("#heard")).to_contain_text('"ready"')
    await page.evaluate(f"ChatServer.open({{ thread: {thread} }})")
    await expect(messenger(page).locator("#messages .message-text")).to_have_text(["Hello Ana", "Are you there?"])
    await expect(count).to_be_hidden()
    await page.evaluate("ChatServer.close()")
    await expect(button).to_have_attribute("aria-expanded", "false")
    await expect(messenger(page).locator("#messages")).to_be_hidden()
    assert await focused(page) == "contact"


async def test_in_a_narrow_frame_it_fits_and_speaks_the_pages_language(
    person: Opens, host: EmbeddingSite, ben: Person
) -> None:
    del ben
    host.language = "ru-RU"
    ana = await person("ana", locale="ru-RU", viewport={"width": 320, "height": 528})
    page = ana.page
    await page.goto(host.url)
    await page.get_by_role("button", name="Сообщения", exact=True).click()
    inside = messenger(page)
    await expect(inside.locator("#menu .menu-name")).to_contain_text("Ana Ruiz")
    box = await page.locator("chat-server div iframe").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["height"]) == (0, 320, 480)
    for address in ("/messages/", "/messages/to/8"):
        await frame_of(page).goto(f"{host.chat}{address}")
        wide = await frame_of(page).evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], address
    await page.get_by_role("button", name="Закрыть сообщения").press("Enter")
    assert await focused(page) == "chat-server"
