"""Browsers that lack new features: the page still works, and leaves to the browser what scripts cannot do."""

import re

import pytest
from playwright.async_api import BrowserContext, Route, expect

from tests.browser.site import Opens, Site

LACKS = """
delete AbortSignal.any; delete AbortSignal.timeout; delete navigator.connection; delete crypto.randomUUID;
for (const name of Object.keys(Object.getOwnPropertyDescriptors(Element.prototype))) {
  if (name.startsWith('aria')) delete Element.prototype[name];
}
Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
new MutationObserver(() => {
  for (const name of ['popover', 'popovertarget']) {
    for (const each of document.querySelectorAll(`[${name}]`)) {
      each.setAttribute(name.replace('popover', 'unheardof'), each.getAttribute(name));
      each.removeAttribute(name);
    }
  }
}).observe(document, { childList: true, subtree: true });
"""
NEW_WORDS = re.compile(r"popover(?!s\.js)|light-dark(?=\()|field-sizing|text-wrap")


async def make_old(context: BrowserContext) -> None:
    """Replaces names of newer features in pages, scripts and sheets, so that the browser does not know them."""

    async def older(route: Route) -> None:
        response = await route.fetch()
        await route.fulfill(response=response, body=NEW_WORDS.sub("unheardof", await response.text()))

    await context.add_init_script(LACKS)
    await context.route(re.compile(r"/static/.*\.(css|js)$"), older)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_chats_can_be_opened_read_and_written_in_an_old_browser(site: Site, person: Opens, scheme: str) -> None:
    ben, _ = await site.has("Ben", "Cleo")
    ana = await person("Ana", color_scheme=scheme)
    await make_old(ana.page.context)
    await ana.joins()
    with_ben = await ana.writes_to("Ben", "to Ben")
    await ana.writes_to("Cleo", "to Cleo")
    await ana.opens_conversation("Ben")
    await ana.writes("by the socket")
    await ana.sees_messages("to Ben", "by the socket")
    await ana.sees_pending(0)
    await site.says(with_ben, ben, "an answer")
    await ana.sees_messages("to Ben", "by the socket", "an answer")
    await ana.page.keyboard.press("Alt+ArrowDown")
    await ana.sees_messages("to Cleo")
    accent = {"light": "rgb(26, 106, 75)", "dark": "rgb(127, 208, 170)"}[scheme]
    await expect(ana.page.locator(".send")).to_have_css("background-color", accent)
    menu, button = ana.page.locator("#menu"), ana.page.get_by_role("button", name="Menu")
    await expect(menu).to_be_hidden()
    await button.click()
    await expect(menu).to_be_visible()
    await ana.fits()
    await ana.page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await ana.page.get_by_role("button", name="Go to a date").click()
    await button.click()
    await expect(ana.page.locator("#jump")).to_be_hidden()
    await menu.get_by_role("link", name="Account").click()
    await expect(ana.page.locator("h1")).to_have_text("Account")
    await ana.is_accessible()


async def test_the_browser_loads_a_chat_itself_when_our_navigation_fails(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "to Ben")
    await ana.writes_to("Cleo", "to Cleo")
    await ana.page.evaluate("window.DOMParser = undefined")
    loads: list[str] = []
    ana.page.on("load", lambda _: loads.append("a page"))
    await ana.conversation("Ben").locator("a").click()
    await ana.sees_messages("to Ben")
    await expect(ana.page).to_have_url(re.compile(r"/messages/chat/1/$"))
    assert loads == ["a page"]
    assert "DOMParser" in ana.troubles.pop()  # only the console shows it
