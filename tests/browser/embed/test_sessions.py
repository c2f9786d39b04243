"""The messenger in the pages of a site shows the right session and obeys the right page, in Chromium."""

import re

from playwright.async_api import expect
from yarl import URL

from chatserver.config.settings import Config
from tests.browser.embedding import EmbeddingSite, frame_of, messenger
from tests.browser.site import Opens
from tests.support.commands import chatserver
from tests.support.people import Person
from tests.support.tokens import enters

NOTHING_UNREAD = '[{"threads":0,"messages":0}]'
FRAME = "document.querySelector('chat-server').shadowRoot.querySelector('div iframe').contentWindow"
LIE = "{ chatserver: 1, type: 'unread', threads: 9, messages: 99 }"
BUTTON = re.compile("^(Messages|Close messages)")


async def test_the_session_of_somebody_else_is_never_shown(person: Opens, host: EmbeddingSite, ben: Person) -> None:
    """Ben was here before; the site's page is Ana's."""
    ana = await person("ana")
    page = ana.page
    await page.context.add_cookies([{"name": ben.session.key, "value": ben.session.value, "url": host.chat}])
    await page.goto(host.url)
    await expect(page.locator("#heard")).to_have_text(NOTHING_UNREAD)
    await page.get_by_role("button", name=BUTTON).click()
    await expect(messenger(page).locator("#menu .menu-name")).to_contain_text("Ana Ruiz")
    assert (await ben.get("/messages/session")).status == 401
    # From now on Ben is signed in again, in another tab; a page in Ana's frame hides itself and asks for her token.
    await enters(ben, "8")
    await page.context.add_cookies([{"name": ben.session.key, "value": ben.session.value, "url": host.chat}])
    async with page.expect_response(lambda response: response.url.endswith("/token")):
        await frame_of(page).evaluate("location.assign('/messages/')")
    await expect(messenger(page).locator("#menu .menu-name")).to_contain_text("Ana Ruiz")
    assert host.tokens == 2


async def test_a_session_that_ends_gets_one_new_token_and_then_a_link(
    person: Opens, host: EmbeddingSite, config: Config
) -> None:
    ana = await person("ana")
    page = ana.page
    await page.goto(host.url)
    await page.evaluate("ChatServer.open()")
    menu = messenger(page).locator("#menu .menu-name")
    await expect(menu).to_contain_text("Ana Ruiz")
    await chatserver(config, "user", "end-sessions", "ana")
    await expect(page.locator("#heard")).to_have_text(re.compile('"ready".*"ready"'))
    await expect(menu).to_contain_text("Ana Ruiz")
    assert host.tokens == 2
    await chatserver(config, "user", "end-sessions", "ana")
    link = messenger(page).get_by_role("link", name="Open them in a new tab")
    await expect(link).to_be_visible()
    assert host.tokens == 2
    async with page.expect_popup() as tab:
        await link.click()
    await expect((await tab.value).locator("body")).to_have_text("the site signs in for /messages/")


async def test_who_is_signed_out_of_the_site_gets_the_link(person: Opens, host: EmbeddingSite) -> None:
    ana = await person("ana")
    page = ana.page
    await page.goto(host.url)
    host.person = None
    await page.evaluate("ChatServer.open({ thread: 7 })")
    link = messenger(page).get_by_role("link", name="Open them in a new tab")
    await expect(link).to_have_attribute("href", "/messages/sso/start?next=/messages/chat/7/")
    await expect(messenger(page).get_by_role("alert")).to_have_text("We couldn’t sign you in with this. Sign in again.")


async def test_on_another_site_a_link_opens_the_chat_in_a_tab(
    person: Opens, host: EmbeddingSite, elsewhere: EmbeddingSite
) -> None:
    ana = await person("ana")
    page = ana.page
    await page.goto(elsewhere.url)
    await page.get_by_role("button", name=BUTTON).click()
    await expect(messenger(page).get_by_role("alert")).to_have_text("Your chats can’t be shown here.")
    async with page.expect_popup() as tab:
        await messenger(page).get_by_role("link", name="Open them in a new tab").click()
    assert (await tab.value).url.startswith(f"{host.url}/to-chat?nonce=")


async def test_nobody_else_is_heard(person: Opens, host: EmbeddingSite, ben: Person) -> None:
    """Neither on the site's page, nor in the frame."""
    del ben
    ana = await person("ana")
    page = ana.page
    await page.goto(host.url)
    await expect(page.locator("#heard")).to_have_text(NOTHING_UNREAD)
    await page.evaluate("ChatServer.open()")
    await expect(messenger(page).locator("#menu .menu-name")).to_contain_text("Ana Ruiz")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(URL(request.url).path))
    await page.evaluate("document.body.append(document.createElement('iframe'))")
    await page.frames[-1].evaluate(f"""() => {{
      const {{ inside, lie }} = {{ inside: parent.{FRAME}, lie: {LIE} }};
      parent.postMessage(lie, '*');
      inside.postMessage({{ chatserver: 1, type: 'open', thread: 7 }}, '*');
    }}""")
    await page.evaluate(f"""() => {{
      window.postMessage({LIE}, '*');
      const inside = {FRAME};
      inside.postMessage({{ chatserver: 2, type: 'open', thread: 7 }}, '*');
      inside.postMessage({{ type: 'open', thread: 7 }}, '*');
      inside.postMessage(null, '*');
      inside.postMessage({{ chatserver: 1, type: 'open', thread: '../../account' }}, '*');
      inside.postMessage({{ chatserver: 1, type: 'open', to: '8' }}, '*');
    }}""")
    await expect(messenger(page).locator(".recipient")).to_contain_text("Ben Diaz")
    assert {path for path in asked if path.startswith(("/messages/chat/", "/messages/account"))} == set()
    await expect(page.locator("#heard")).not_to_contain_text("99")
