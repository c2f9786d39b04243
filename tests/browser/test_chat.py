"""The chat page: keys, scrolling, typing, and messages that cannot be sent."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site


@pytest.fixture
async def pair(person: Opens) -> tuple[Screen, Screen, int]:
    """Ana and Ben in one chat, after a first message."""
    ana, ben = await person("Ana"), await person("Ben")
    await ana.joins()
    await ben.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ben.sees_messages("Hello")
    return ana, ben, thread


async def test_enter_sends_shift_enter_breaks_the_line_and_an_input_method_is_left_alone(
    pair: tuple[Screen, Screen, int],
) -> None:
    ana, ben, _ = pair
    await expect(ana.box).to_be_focused()
    await ana.page.keyboard.type("one")
    await ana.page.keyboard.press("Shift+Enter")
    await ana.page.keyboard.type("two")
    await ana.page.keyboard.press("Enter")
    await ben.sees_messages("Hello", "one\ntwo")
    await ana.page.keyboard.type("three")
    await ana.page.keyboard.press("Control+Enter")
    await ana.page.keyboard.press("Enter")  # an empty text is not sent
    keyboard = await ana.page.context.new_cdp_session(ana.page)
    await keyboard.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    await ana.page.keyboard.press("Enter")  # accepts the input method's suggestion
    await expect(ana.box).to_have_value(re.compile("^にほん"))
    await ana.writes("four")
    await ben.sees_messages("Hello", "one\ntwo", "three", "four")


async def test_a_message_that_is_too_long_stays_in_the_box_with_a_sentence(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.writes("x" * 10_001)
    await ana.sees("Too long: 10,001 of 10,000 characters.")
    await expect(ana.box).to_have_value("x" * 10_001)
    await ana.writes("x" * 10_000)
    await ana.sees_messages("Hello", "x" * 10_000)
    await ana.sees_pending(0)


async def test_a_refused_message_can_be_retried_or_discarded(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.box.evaluate("box => { box.value = 'half an emoji: ' + String.fromCharCode(0xd83d) }")
    await ana.box.press("Enter")
    refused = ana.page.locator(".message.refused")
    await expect(refused).to_contain_text("This text contains characters that can’t be stored.")
    await ana.writes("whole")  # a refused message does not hold up the others
    await ana.sees_pending(0)
    await ana.page.reload()
    await expect(refused).to_have_count(1)
    await ana.presses("Try again")
    await expect(refused).to_contain_text("This text contains characters that can’t be stored.")
    await ana.presses("Discard")
    await ana.sees_messages("Hello", "whole")
    await ana.page.reload()
    await ana.sees_messages("Hello", "whole")


async def test_a_user_removed_from_a_group_reads_so_and_can_copy_what_was_typed(site: Site, person: Opens) -> None:
    await site.has("Ana", "Ben")
    cleo = await person("Cleo")
    await cleo.joins()
    await site.group("Ana", "Ben", "Cleo")
    await cleo.goes_to("/messages/chat/1/")
    await cleo.types("Am I still here?")
    await site.command("thread", "remove", "1", "Cleo")
    await cleo.sees("You’re not in this group any more.")
    await expect(cleo.box).to_have_value("Am I still here?")
    await expect(cleo.box).not_to_be_editable()


async def test_a_reader_further_up_keeps_their_place_and_sees_a_count_of_new_messages(
    site: Site, person: Opens
) -> None:
    (sender,) = await site.has("Ana")
    ben = await person("Ben")
    await ben.joins()
    thread = await ben.writes_to("Ana", "Hello")
    await ben.goes_to("/messages/")
    await asyncio.gather(*(site.says(thread, sender, f"line {number}") for number in range(149)))
    await ben.goes_to(f"/messages/chat/{thread}/")

    await expect(ben.page.get_by_role("link", name="149 new messages")).to_be_visible()
    await expect(ben.page.locator(".unread-line + .message")).to_contain_text("line ")
    await expect(ben.page.locator(".message:has(+ .unread-line)")).to_contain_text("Hello")  # where he left off
    await expect(ben.page.get_by_role("link", name="Show earlier messages")).to_be_hidden()
    await ben.page.get_by_role("link", name="149 new messages").click()
    await expect(ben.conversation("Ana").locator(".badge")).to_be_hidden()
    await expect(ben.messages).to_have_count(100)

    message = ben.page.locator("[data-seq='90']")
    await message.scroll_into_view_if_needed()
    place = "message => Math.round(message.getBoundingClientRect().top)"
    before = await message.evaluate(place)
    await site.says(thread, sender, "something new")
    await expect(ben.page.get_by_role("link", name="1 new message")).to_be_visible()
    assert abs(await message.evaluate(place) - before) <= 1
    await ben.page.get_by_role("link", name="1 new message").click()
    await expect(ben.messages.last).to_be_in_viewport()
    await expect(ben.page.get_by_role("link", name="1 new message")).to_be_hidden()


async def test_no_page_is_wider_than_a_small_phone(site: Site, person: Opens) -> None:
    ana = await person("A" * 30, viewport={"width": 320, "height": 568})
    await site.has("Ben")
    await ana.joins()
    thread = await ana.writes_to("Ben", "x" * 10_000)
    link = "https://example.org/" + "a" * 9_980
    for text in ("é" + "\u0301" * 500, "👍" * 200, "\u202eright to left", link):
        await ana.writes(text)
        await ana.sees_pending(0)
        for path in ("/messages/", f"/messages/chat/{thread}/"):
            await ana.goes_to(path)
            assert await ana.page.evaluate("document.documentElement.scrollWidth") <= 320, path
    await expect(ana.page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()
    for path in ("/messages/sign-up/", "/nowhere"):
        await ana.goes_to(path)
        assert await ana.page.evaluate("document.documentElement.scrollWidth") <= 320, path
