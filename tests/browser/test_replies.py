"""Replies: quotes that follow the original, and the jump to the original and back."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Site
from tests.support.database import execute


async def test_a_reply_quotes_the_original_as_it_is_now(ana: Screen, ben: Screen) -> None:
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


async def test_the_original_of_an_incoming_reply_is_found_wherever_it_is(
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


@pytest.fixture
async def long_ago(ana: Screen, ben: Screen, database_url: str) -> int:
    """A thread of 700 messages in which answers to Ben's message 10, a long one, are numbers 20 and 650."""
    thread = int(ben.page.url.split("/")[-2])
    for screen in (ana, ben):
        await screen.goes_to("about:blank")
    execute(
        database_url,
        f"""insert into messages (thread_id, seq, sender_id, client_id, text, sent_at, reply_to)
            select {thread}, n, id, gen_random_uuid(), case n when 10 then '{LONG}' else 'number ' || n end, now(),
                   case when n in (20, 650) then 10 end
            from generate_series(3, 700) n, users where name = 'Ben';
            update threads set last_seq = 700; update participants set read_seq = 700, sent_unread = 0""",
    )
    return thread


LONG = "word " * 79 + "end"


async def test_a_quote_follows_an_original_that_left_the_page(ana: Screen, ben: Screen, long_ago: int) -> None:
    chat = f"/messages/chat/{long_ago}/"
    await ana.goes_to(f"{chat}?at=10")
    await ana.scrolls(up=False, until=700)
    await expect(ana.page.locator("[data-seq='10']")).to_have_count(0)
    quote = ana.page.locator("[data-seq='650'] .message-quote")
    await ben.goes_to(f"{chat}?at=10")
    await ben.edits(LONG, "in short")
    await expect(quote).to_have_text("Benin short")
    await ben.deletes("in short")
    await expect(quote).to_have_text("BenMessage deleted")
    await ana.goes_to(f"{chat}?at=650")
    await expect(quote).to_have_text("BenMessage deleted")


async def test_a_message_that_left_the_page_comes_back_as_it_is_now(ana: Screen, ben: Screen, long_ago: int) -> None:
    chat = f"/messages/chat/{long_ago}/"
    await ana.goes_to(f"{chat}?at=10")
    await ana.scrolls(up=False, until=700)
    await expect(ana.page.locator("[data-seq='20']")).to_have_count(0)
    await ben.goes_to(f"{chat}?at=10")
    await ben.edits(LONG, "in short")
    await ben.edits("number 20", "an answer")
    await ana.scrolls(up=True, until=1)
    await expect(ana.page.locator("[data-seq='10'] .message-text")).to_have_text("in short")
    await expect(ana.page.locator("[data-seq='20'] .message-text")).to_have_text("an answer")
    await expect(ana.page.locator("[data-seq='20'] .message-quote")).to_have_text("Benin short")


async def test_an_original_is_edited_whole_after_its_quote_was_shown(ben: Screen, long_ago: int) -> None:
    await ben.goes_to(f"/messages/chat/{long_ago}/?at=650")
    await expect(ben.page.locator("[data-seq='650'] .quote-text")).to_contain_text("word word")
    await ben.scrolls(up=True, until=1)
    await ben.chooses_of(LONG, "Edit")
    await expect(ben.box).to_have_value(LONG)


async def test_escape_cancels_a_reply_and_an_edit_only_hides_it(ana: Screen, ben: Screen) -> None:
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
async def test_swiping_a_message_aside_starts_a_reply(ana: Screen, ben: Screen, options: dict[str, Any]) -> None:
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
