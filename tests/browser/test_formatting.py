"""Formatted messages: how they look, live and on a page from the server, and how they are copied."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site

TEXT = "**Look** at _this_: `x < 1`\n> said before\n```js\nlet a = 1;\n  a += 1;\n```\nhttp://a.example/_b_"
READS = "Look at this: x < 1\nsaid before\nlet a = 1;\n  a += 1;\nhttp://a.example/_b_"


@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark", "locale": "ru-RU", "viewport": {"width": 360, "height": 640}}],
    ids=["wide-light-english", "phone-dark-russian"],
)
async def test_a_formatted_message_looks_the_same_live_and_after_a_reload(
    site: Site, person: Opens, options: dict[str, object]
) -> None:
    await site.has("Ben")
    ana = await person("Ana", **options)
    await ana.joins()
    await ana.writes_to("Ben", TEXT, button="Отправить" if "locale" in options else "Send")
    await ana.sees_messages(READS)
    drawn_by_the_server = await html(ana)
    await ana.is_accessible()
    await ana.fits()
    await ana.writes(TEXT)
    await ana.sees_messages(READS, READS)
    await ana.sees_pending(0)
    assert await html(ana) == drawn_by_the_server * 2
    await ana.page.reload()
    assert await html(ana) == drawn_by_the_server * 2
    assert await ana.page.locator(".message").evaluate_all("all => all.map(each => each.dataset.text)") == [TEXT, TEXT]


async def html(screen: Screen) -> list[str]:
    await expect(screen.page.locator(".copy-code").first).to_be_visible()
    texts: list[str] = await screen.messages.evaluate_all("all => all.map(each => each.innerHTML)")
    return texts


async def test_code_is_copied_as_it_was_typed(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", permissions=["clipboard-read", "clipboard-write"])
    await ana.joins()
    await ana.writes_to("Ben", TEXT)
    button = ana.page.get_by_role("button", name="Copy code")
    await button.focus()
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.get_by_role("button", name="Copied")).to_be_focused()
    assert await ana.page.evaluate("navigator.clipboard.readText()") == "let a = 1;\n  a += 1;"


async def test_the_list_shows_messages_without_formatting_marks(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "first")
    await ana.writes("**bold** and _italic_")
    preview = ana.page.locator(".preview-text")
    await expect(preview).to_have_text("bold and italic")
    await ana.page.reload()
    await expect(preview).to_have_text("bold and italic")
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.sees_messages("first", "bold and italic")
