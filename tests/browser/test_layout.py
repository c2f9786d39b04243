"""The layout of pages, measured by the boxes of their elements."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site

WIDTHS = [320, 390, 770, 1280]
# The boxes of each message, in pixels: bubble, name, each line of the text, and the foot with time and mark.
BOXES = """() => Array.from(document.querySelectorAll('#messages > .message'), (message) => {
  const box = ({ left, right, top, bottom }) => ({ left, right, top, bottom });
  const of = (selector) => box(message.querySelector(selector).getBoundingClientRect());
  const range = document.createRange();
  range.selectNodeContents(message.querySelector('.message-text'));
  const lines = [];
  for (const { left, right, top, bottom } of range.getClientRects()) {
    const line = lines.at(-1);
    if (line && top < (line.top + line.bottom) / 2) {
      line.left = Math.min(line.left, left);
      line.right = Math.max(line.right, right);
    } else lines.push({ left, right, top, bottom });
  }
  const style = getComputedStyle(message.querySelector('.bubble'));
  const padding = parseFloat(style.paddingInlineStart);
  return { bubble: of('.bubble'), name: of('.message-sender'), foot: of('.message-foot'), lines, padding,
    text: message.querySelector('.message-text').textContent };
})"""
GAP = 12  # pixels between a text and its time
LOG = "#log"


async def boxes(screen: Screen) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await screen.page.evaluate(BOXES)
    return found


def width(box: dict[str, float]) -> float:
    return box["right"] - box["left"]


async def test_a_bubble_in_a_group_is_as_wide_as_the_widest_of_its_parts(site: Site, person: Opens) -> None:
    maximiliana, ben = await site.has("Maximiliana_Featherstonehaugh", "Ben")
    ana = await person("Ana", viewport={"width": 1280, "height": 800})
    await ana.joins()
    thread = await site.group("Maximiliana_Featherstonehaugh", "Ben", "Ana")
    await site.says(thread, maximiliana, "Hi")
    await site.says(thread, ben, "A text that is wider than the name of Ben")
    await ana.goes_to(f"/messages/chat/{thread}/")
    by_name, by_text = await boxes(ana)
    assert width(by_name["bubble"]) == pytest.approx(width(by_name["name"]) + 2 * by_name["padding"], abs=2)
    parts = width(by_text["lines"][0]) + GAP + width(by_text["foot"])
    assert width(by_text["bubble"]) == pytest.approx(parts + 2 * by_text["padding"], abs=2)


@pytest.mark.parametrize("screen_width", WIDTHS)
async def test_the_time_is_beside_the_last_line_if_there_is_room_and_never_covers_text(
    site: Site, person: Opens, screen_width: int
) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", viewport={"width": screen_width, "height": 800})
    await ana.joins()
    thread = await ana.writes_to("Ben", "Short")
    story = "somebody wrote more than a line of words and went on until every screen was full of them"
    for letters in range(14, len(story), 4):
        await site.says(thread, ben, story[:letters])
    for text in ("one\ntwo", "שלום לכולם", "مرحبا بكم في هذا المكان الجميل الذي يحب الجميع أن يكونوا فيه كل يوم"):
        await site.says(thread, ben, text)
    await expect(ana.messages).to_have_count(1 + len(range(14, len(story), 4)) + 3)
    widest = min(0.85 * await ana.page.evaluate("document.querySelector('.message').clientWidth - 6"), 36 * 16)
    beside = set()
    for message in await boxes(ana):
        last, foot, bubble = message["lines"][-1], message["foot"], message["bubble"]
        taken = width(last) + GAP + width(foot)
        room = (widest if len(message["lines"]) == 1 else width(bubble)) - 2 * message["padding"]
        is_beside = foot["bottom"] <= last["bottom"] + 4
        assert is_beside == (taken <= room), message
        assert is_beside or foot["top"] >= last["bottom"] - 4, message
        if is_beside:  # beside the text, and not over it
            assert foot["left"] >= last["right"] or foot["right"] <= last["left"], message
        assert bubble["left"] < foot["left"] < foot["right"] < bubble["right"], message
        beside.add((is_beside, len(message["lines"]) > 1))
    assert (True, True) in beside  # a text of several lines, the last of which is short


async def test_each_of_several_quick_messages_shows_its_time_and_its_state(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "number 0")
    for number in range(1, 7):
        await ana.writes(f"number {number}")
    await ana.sees_pending(0)
    for drawn_by in ("the browser", "the server"):
        messages = ana.page.locator("#messages > .message")
        await expect(messages).to_have_count(7)
        for message in await messages.all():
            await expect(message.locator(".message-time"), drawn_by).to_be_visible()
            await expect(message.locator(".mark"), drawn_by).to_be_visible()
        bubbles = [message["bubble"] for message in await boxes(ana)]
        assert all(lower["top"] - upper["bottom"] >= 4 for upper, lower in pairwise(bubbles))
        await ana.page.reload()


async def test_the_full_date_of_a_focused_message_stays_in_its_bubble(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", locale="ru-RU", viewport={"width": 320, "height": 568})
    await ana.joins()
    await ana.writes_to("Ben", "Да", "Отправить")
    await ana.page.locator(LOG).focus()
    await ana.page.keyboard.press("ArrowUp")
    await expect(ana.page.locator("#messages > .message")).to_be_focused()
    (message,) = await boxes(ana)
    assert message["bubble"]["left"] < message["foot"]["left"] < message["foot"]["right"] < message["bubble"]["right"]
    assert width(message["foot"]) > 150
    await ana.fits()


async def test_the_icon_of_an_empty_chat_is_centered(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.goes_to(f"/messages/chat/{await site.group('Ana', 'Ben', 'Cleo')}/")
    log, sign = await ana.page.locator(LOG).bounding_box(), await ana.page.locator("#no-messages").bounding_box()
    assert log is not None
    assert sign is not None
    assert sign["y"] + sign["height"] / 2 == pytest.approx(log["y"] + log["height"] / 2, abs=24)  # a note is below


@pytest.mark.parametrize(("locale", "screen_width"), [("en-US", 1280), ("ru-RU", 1280), ("ru-RU", 320)])
async def test_the_menu_opens_under_its_button_with_the_themes_in_one_row(
    person: Opens, locale: str, screen_width: int
) -> None:
    ana = await person("Ana", locale=locale, viewport={"width": screen_width, "height": 700})
    await ana.joins()
    button = ana.page.locator("[popovertarget=menu]")
    await button.click()
    opener, menu = await button.bounding_box(), await ana.page.locator("#menu").bounding_box()
    assert opener is not None
    assert menu is not None
    assert (
        menu["x"] <= opener["x"] + opener["width"] / 2 <= menu["x"] + opener["width"] + 8
    )  # aligned with the corner of the menu
    schemes = [await each.bounding_box() for each in await ana.page.locator("#menu .choice").all()]
    assert len({(each["y"], each["height"]) for each in schemes if each}) == 1
    assert all(each and each["x"] + each["width"] <= menu["x"] + menu["width"] for each in schemes)


async def test_the_list_fills_the_width_of_a_phone(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", viewport={"width": 390, "height": 780})
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.goes_to("/messages/")
    assert await ana.page.evaluate("document.querySelector('.sidebar').clientWidth") == 390


async def test_the_title_of_a_chat_stays_where_it_is_while_the_connection_is_lost(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ben.joins()
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await expect(ana.page.locator("#presence")).to_have_text("online")
    title = ana.page.locator("h1")
    before = await title.bounding_box()
    assert before is not None
    await ana.page.context.set_offline(True)
    await ana.page.evaluate("dispatchEvent(new Event('online'))")  # reconnects in vain
    await ana.sees("Connection lost. Reconnecting…")
    await expect(ana.page.locator("#presence")).to_be_hidden()
    banner, head = await ana.page.locator("#connection").bounding_box(), await title.bounding_box()
    assert banner is not None
    assert head is not None
    assert head["y"] - banner["height"] == pytest.approx(before["y"], abs=1)
    await ana.page.context.set_offline(False)
    await expect(ana.page.locator("#presence")).to_be_visible()


async def test_a_new_message_on_a_phone_is_a_page_with_a_bar_and_enter_breaks_the_line(
    site: Site, person: Opens
) -> None:
    await site.has("Ben")
    phone = {"width": 390, "height": 780}
    ana = await person("Ana", viewport=phone, has_touch=True, is_mobile=True)
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.goes_to("/messages/#new-message")
    bar = await ana.page.locator(".form-head").bounding_box()
    assert bar is not None
    assert (bar["x"], bar["y"], bar["width"]) == (0, 0, 390)
    back = await ana.page.get_by_role("link", name="Back to chats").bounding_box()
    assert back is not None
    assert back["x"] <= 4
    await ana.fills_in(recipient_name="Ben")
    await ana.page.locator("#message").press_sequentially("one")
    await ana.page.locator("#message").press("Enter")
    await ana.page.locator("#message").press_sequentially("two")
    await expect(ana.page.locator("#message")).to_have_value("one\ntwo")
    await ana.presses("Send")
    await ana.sees_messages("Hello", "one\ntwo")


async def test_the_new_message_form_has_no_hole_without_scripts(site: Site, person: Opens) -> None:
    ana = await person("Ana", java_script_enabled=False)
    await ana.joins()
    hint, label = ana.page.locator("#recipient_name-hint"), ana.page.locator("label[for=message]")
    above, below = await hint.bounding_box(), await label.bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] - (above["y"] + above["height"]) == pytest.approx(16, abs=1)


async def test_the_jump_button_is_beside_the_messages_on_a_very_wide_screen(site: Site, person: Opens) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", viewport={"width": 1920, "height": 700})
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    for number in range(30):
        await site.says(thread, ben, f"number {number}")
    await ana.page.locator(LOG).hover()
    await ana.page.mouse.wheel(0, -500)
    await expect(ana.page.locator("#to-end")).to_be_visible()
    button = await ana.page.locator("#to-end").bounding_box()
    column = await ana.page.locator(".chat-log-content").bounding_box()
    assert button is not None
    assert column is not None
    assert 0 <= button["x"] - (column["x"] + column["width"]) < 24
