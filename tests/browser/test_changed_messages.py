"""How pages show changed messages: edited, deleted, replied to, with reactions."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import change_message, execute

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LOOKS = """items => {
  const look = (node) => node && [node.nodeName, node.textContent, [...node.children].map(look),
    [...node.attributes].map(({ name, value }) => `${name}=${value}`).sort()];
  return items.slice(0, 10).map((item) => {
    item.classList.remove('at');
    const parts = ['.message-quote', '.message-text', '.message-edited', '.message-reactions'];
    return [item.className.split(' ').sort(), {...item.dataset}, parts.map((part) => look(item.querySelector(part)))];
  });
}"""


@pytest.fixture
async def thread(site: Site, ana: Screen, options: dict[str, Any], database_url: str) -> int:
    """Ana wrote to Ben, and he wrote 109 messages; the first messages were changed."""
    send = "Отправить" if "locale" in options else "Send"
    ben, cleo = await site.has("Ben", "Cleo")
    thread = await ana.writes_to("Ben", "One **bold** question", button=send)
    await ana.goes_to("about:blank")  # so that no live update interferes
    execute(
        database_url,
        f"""insert into messages (thread_id, seq, sender_id, client_id, text, sent_at, reply_to)
            select {thread}, n, {ben}, gen_random_uuid(), 'number ' || n, now(),
                   case n when 5 then 1 when 6 then 3 when 7 then 2 end
            from generate_series(2, 110) n;
            update threads set last_seq = 110;
            update participants set read_seq = 110, sent_unread = 0""",
    )
    ((me,),) = execute(database_url, f"select user_id from participants where user_id <> {ben}")
    reactions = {"👍": [ben, me, cleo], "🎉": [ben]}
    change_message(database_url, thread, 1, text="One **bold** wish", edited_at=NOON, reactions=reactions)
    change_message(database_url, thread, 3, deleted_at=NOON)
    change_message(database_url, thread, 4, deleted_at=NOON, deleted_by=me)
    change_message(database_url, thread, 5, reactions={"❤️": [me]})
    return thread


@pytest.fixture
async def ana(person: Opens, options: dict[str, Any]) -> Screen:
    ana = await person("Ana", **options)
    await ana.joins()
    return ana


@pytest.fixture
def options() -> dict[str, Any]:
    return {}


async def test_ana_sees_edits_deletions_replies_and_reactions(ana: Screen, thread: int) -> None:
    await ana.goes_to(f"/messages/chat/{thread}/?at=1")
    message = ana.page.locator("#messages > .message")
    await expect(message.locator(".message-text").first).to_have_text("One bold wish")
    await expect(message.locator(".message-edited")).to_have_text(["edited"])
    await expect(message.locator(".message-edited")).to_have_attribute("title", re.compile("^November.30,.2026, "))
    await expect(message.nth(2)).to_contain_text("Message deleted")
    await expect(message.nth(3)).to_contain_text("Ana deleted this message")
    chips = message.first.locator(".chip")
    await expect(chips.nth(0)).to_have_accessible_name("👍: Ben, you, a former member")
    await expect(chips.nth(1)).to_have_accessible_name("🎉: Ben")
    quotes = message.locator(".message-quote")
    await expect(quotes).to_have_text(["AnaOne bold wish", "BenMessage deleted", "Bennumber 2"])
    await quotes.first.click()
    await expect(ana.page).to_have_url(f"/messages/chat/{thread}/?at=1")


@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark", "locale": "ru-RU", "viewport": {"width": 360, "height": 640}}],
    ids=["wide-light-english", "phone-dark-russian"],
)
async def test_changed_messages_look_the_same_in_the_history_and_on_a_page(ana: Screen, thread: int) -> None:
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.scrolls(up=True, until=1)
    message = ana.page.locator("#messages > .message")
    drawn_by_the_browser = await message.evaluate_all(LOOKS)
    await ana.goes_to(f"/messages/chat/{thread}/?at=1")
    assert await message.evaluate_all(LOOKS) == drawn_by_the_browser
    await ana.is_accessible()
    await ana.fits()


async def test_the_list_shows_that_the_last_message_was_deleted(ana: Screen, thread: int, database_url: str) -> None:
    change_message(database_url, thread, 110, deleted_at=NOON)
    await ana.goes_to("/messages/")
    await expect(ana.conversation("Ben").locator(".preview-text")).to_have_text("Message deleted")


async def test_an_incoming_reply_shows_its_original(ana: Screen, thread: int, person: Opens) -> None:
    await ana.goes_to(f"/messages/chat/{thread}/")
    ben = await person("Ben", java_script_enabled=False)
    await ben.signs_in()
    await ben.goes_to(f"/messages/chat/{thread}/?reply=110")
    await ben.fills_in(message="of course")
    await ben.presses("Send")
    await expect(ana.page.locator(".message-quote").last).to_have_text("Bennumber 110")


async def test_the_unread_line_is_above_the_first_unread_message_that_was_not_deleted(
    ana: Screen, thread: int, database_url: str
) -> None:
    execute(database_url, "update participants set read_seq = 100")
    for seq in (101, 102):
        change_message(database_url, thread, seq, deleted_at=NOON)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await expect(ana.page.locator(".unread-line + .message")).to_have_attribute("data-seq", "103")
