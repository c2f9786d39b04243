"""Answers to messages: their quotes, which follow the original, and the way to it and back."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Site
from tests.support.database import execute


async def test_an_answer_quotes_the_original_as_it_is_now(ana: Screen, ben: Screen) -> None:
    await ana.chooses_of("What are you reading?", "Reply")
    await ana.sees("Replying to Ben")
    await ana.page.reload()
    await ana.sees("Replying to Ben")
    await ana.writes("A book about bees")
    await expect(ana.page.locator("#composer-bar")).to_be_hidden()
    quotes = [screen.page.locator(".message-quote") for screen in (ana, ben)]
    for quote in quotes:
        await expect(quote).to_have_text("BenWhat are you reading?")
    await ben.chooses_of("What are you reading?", "Edit")
    await ben.writes("What are you **writing**?")
    for quote in quotes:
        await expect(quote).to_have_text("BenWhat are you writing?")
    await ana.page.reload()
    await ben.deletes("What are you writing?")
    for quote in quotes:
        await expect(quote).to_have_text("BenMessage deleted")


async def test_a_quote_leads_to_its_original_and_back(ana: Screen, ben: Screen) -> None:
    await ana.page.get_by_role("log").press("ArrowUp")
    await ana.page.keyboard.press("ArrowUp")
    await ana.message("Hello Ana").press("r")
    await ana.writes("Hello Ben")
    await ana.sees_pending(0)
    await ana.page.locator(".message-quote").click()
    await expect(ana.message("Hello Ana")).to_be_focused()
    await ana.presses("Back to where you were")
    await expect(ana.page.locator(".message", has=ana.page.locator(".message-quote"))).to_be_focused()
    await expect(ana.page.get_by_role("button", name="Back to where you were")).to_be_hidden()


async def test_the_original_of_an_answer_that_comes_is_found_wherever_it_is(
    site: Site, ana: Screen, ben: Screen, database_url: str
) -> None:
    thread = int(ben.page.url.split("/")[-2])
    ((me,),) = execute(database_url, "select id from users where name = 'Ben'")
    await asyncio.gather(*(site.says(thread, me, f"line {number}") for number in range(130)))
    await ana.goes_to(f"/messages/chat/{thread}/?at=end")
    await expect(ana.page.locator("[data-seq='2']")).to_have_count(0)
    await ben.goes_to(f"/messages/chat/{thread}/?at=1")
    await ben.chooses_of("Hello Ana", "Reply")
    await ben.writes("No answer?")
    await expect(ana.page.locator(".message-quote")).to_have_text("BenHello Ana")


async def test_escape_ends_an_answer_and_an_edit_hides_it_for_a_while(ana: Screen, ben: Screen) -> None:
    bar = ben.page.locator("#composer-bar")
    await ben.chooses_of("Hello Ana", "Reply")
    await ben.chooses_of("What are you reading?", "Edit")
    await expect(bar).to_contain_text("Editing a message")
    await ben.box.press("Escape")
    await expect(bar).to_contain_text("Replying to Ben")
    await bar.get_by_role("button", name="Don’t reply").click()
    await expect(bar).to_be_hidden()
    await ben.writes("Nothing")
    await ana.sees_messages("Hello Ana", "What are you reading?", "Nothing")
    await expect(ana.page.locator(".message-quote")).to_have_count(0)


@pytest.mark.parametrize("options", [{"has_touch": True, "is_mobile": True, "viewport": {"width": 360, "height": 640}}])
async def test_a_message_drawn_aside_is_answered(ana: Screen, ben: Screen, options: dict[str, Any]) -> None:
    del ben, options
    box = await ana.message("Hello Ana").locator(".bubble").bounding_box()
    assert box is not None
    finger = await ana.page.context.new_cdp_session(ana.page)
    x, y = box["x"] + 20, box["y"] + box["height"] / 2
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        *(("touchMove", [{"x": x + step, "y": y}]) for step in range(8, 81, 8)),
        ("touchEnd", []),
    ):
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    await expect(ana.page.locator("#composer-bar")).to_contain_text("Replying to Ben")
    await expect(ana.box).to_be_focused()
