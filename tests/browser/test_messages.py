"""Messages on the screen: days, links and copying."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.site import Opens, Site
from tests.support.database import execute, holds


@pytest.mark.parametrize(
    ("language", "yesterday", "day"),
    [("en-GB", "Yesterday", "2 January 2025"), ("ru-RU", "Вчера", "2 января 2025 г.")],
)
async def test_messages_are_grouped_by_day_and_by_minute(
    site: Site, person: Opens, database_url: str, language: str, yesterday: str, day: str
) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", locale=language, timezone_id="UTC")
    await ana.joins()
    thread = await ana.writes_to("Ben", "long ago", "Отправить" if "ru" in language else "Send")
    for text in ("yesterday", "in the same minute"):
        await site.says(thread, ben, text)
    execute(
        database_url,
        "update messages set sent_at = '2025-01-02 12:00Z' where seq = 1;"
        "update messages set sent_at = date_trunc('day', now() at time zone 'utc') at time zone 'utc'"
        " - interval '1 hour' + seq * interval '1 second' where seq > 1",
    )
    await ana.page.reload()
    days = ana.page.locator(".day")
    await expect(days).to_have_text([day, yesterday])
    await expect(ana.page.locator(".message.continues .message-text")).to_have_text(["in the same minute"])
    await site.says(thread, ben, "live")
    await expect(ana.page.locator(".day")).to_have_count(3)
    await ana.writes("mine")
    await ana.writes("and mine")
    await ana.sees_pending(0)
    drawn = "[...document.querySelectorAll('#messages > *')].map(each => each.className.replace(' at', ''))"
    await expect(ana.page).to_have_title("Ben")  # nothing is unread,
    await holds(  # nor on the server
        database_url,
        "select 1 from participants p join threads t on t.id = thread_id join users u on u.id = user_id"
        " where u.name = 'Ana' and last_seq = read_seq + sent_unread",
    )
    live = await ana.page.evaluate(drawn)
    await ana.page.reload()
    assert await ana.page.evaluate(drawn) == live  # browser and server render by the same rules


async def test_links_lead_out_safely_and_long_texts_are_folded(site: Site, person: Opens) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "see https://example.org/a_(b), or javascript:alert(1)")
    await site.says(thread, ben, "\n".join(f"line {number}" for number in range(200)))
    for drawn_by in ("the browser", "the server"):
        link = ana.messages.first.locator("a")
        await expect(link).to_have_text("https://example.org/a_(b)")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        long = ana.messages.last
        folded = await long.bounding_box()
        assert folded is not None
        assert folded["height"] < 400, drawn_by
        await ana.presses("Show all")
        await expect(ana.page.get_by_role("button", name="Show all")).to_be_hidden()
        await expect(long).to_contain_text("line 199")
        unfolded = await long.bounding_box()
        assert unfolded is not None
        assert unfolded["height"] > 2000, drawn_by
        await ana.page.reload()


async def test_the_chat_and_the_list_measure_long_texts_in_characters(site: Site, person: Opens) -> None:
    """Each of these emoji is one character, but two UTF-16 units of a script's string."""
    (ben,) = await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await site.says(thread, ben, "😀" * 1200)
    await expect(ana.messages).to_have_count(2)
    for drawn_by in ("the browser", "the server"):
        await expect(ana.page.locator(".message").last, drawn_by).not_to_contain_class("long")
        preview = ana.page.locator(f"[data-thread='{thread}'] .preview-text")
        await expect(preview, drawn_by).to_have_text("😀" * 200)
        await ana.page.reload()


async def test_several_messages_are_copied_with_names_and_times(site: Site, person: Opens) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", permissions=["clipboard-read", "clipboard-write"], locale="en-GB", timezone_id="UTC")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello Ben")
    await site.says(thread, ben, "Hello Ana")
    await ana.sees_messages("Hello Ben", "Hello Ana")
    await ana.page.evaluate("getSelection().selectAllChildren(document.getElementById('messages'))")
    await ana.page.wait_for_load_state("networkidle")
    await ana.page.keyboard.press("Control+C")
    copied = await ana.page.evaluate("navigator.clipboard.readText()")
    stamp = r"\[\d\d/\d\d/\d{4}, \d\d:\d\d\]"
    assert re.fullmatch(rf"{stamp} Ana: Hello Ben\n{stamp} Ben: Hello Ana", copied), copied


async def test_a_hundred_messages_pasted_at_once_arrive_in_order(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ben.joins()
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ana.page.evaluate("""() => {
      const form = document.getElementById('composer');
      for (let number = 0; number < 100; number += 1) {
        form.elements.message.value = `number ${number}`;
        form.requestSubmit();
      }
    }""")
    await ben.sees_messages("Hello", *(f"number {number}" for number in range(100)))
    await ana.sees_pending(0)
