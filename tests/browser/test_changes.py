"""What one does with messages: edit, delete, react; and what others see of it."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.support.database import holds


async def test_an_edit_is_seen_by_both_and_by_whoever_opens_the_chat_later(ana: Screen, ben: Screen) -> None:
    await ben.types("a draft of something else")
    await ben.chooses_of("What are you reading?", "Edit")
    await expect(ben.box).to_have_value("What are you reading?")
    await ben.sees("Editing a message")
    await ben.writes("What are **you** writing?")
    await expect(ben.box).to_have_value("a draft of something else")
    for screen in (ana, ben):
        await screen.sees_messages("Hello Ana", "What are you writing?")
        await expect(screen.message("What are you writing?").locator(".message-edited")).to_have_text("edited")
        await expect(screen.page.locator(".message.changing")).to_have_count(0)
    await ana.page.reload()
    await ana.sees_messages("Hello Ana", "What are you writing?")
    await ben.page.reload()
    await expect(ben.box).to_have_value("a draft of something else")


async def test_a_deletion_asks_first_and_leaves_a_line(ana: Screen, ben: Screen, database_url: str) -> None:
    await ben.chooses_of("Hello Ana", "Delete")
    question = ben.page.get_by_role("alertdialog")
    await expect(question).to_have_accessible_name("Delete this message for everyone?")
    await expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    await ben.page.keyboard.press("Escape")
    await expect(question).to_be_hidden()
    await ben.sees_messages("Hello Ana", "What are you reading?")
    await ben.deletes("Hello Ana")
    for screen in (ana, ben):
        await screen.sees_messages("Message deleted", "What are you reading?")
    await holds(database_url, "select 1 from messages where seq = 1 and text = ''")
    menu = await ben.opens_menu_of("Message deleted")
    await expect(menu.get_by_role("menuitem")).to_have_text(["Copy link"])
    await expect(menu.get_by_role("menuitemcheckbox")).to_have_count(0)


async def test_a_reaction_is_set_from_the_menu_and_taken_off_by_its_chip(ana: Screen, ben: Screen) -> None:
    menu = await ana.opens_menu_of("Hello Ana")
    await menu.get_by_role("menuitemcheckbox", name="👍").click()
    for screen, label, pressed in ((ana, "👍: you", "true"), (ben, "👍: Ana", "false")):
        chip = screen.message("Hello Ana").get_by_role("button", name=label)
        await expect(chip).to_have_attribute("aria-pressed", pressed)
    await ben.page.get_by_role("button", name="👍: Ana").click()
    await expect(ana.page.locator(".chip")).to_have_text("👍2")
    await ana.page.reload()
    await ana.page.locator("button.chip").click()
    await expect(ana.page.get_by_role("button", name="👍: Ben")).to_have_attribute("aria-pressed", "false")
    await expect(ben.page.locator(".chip")).to_have_text("👍1")


async def test_only_ones_own_messages_can_be_edited_or_deleted(ana: Screen, ben: Screen) -> None:
    menu = await ana.opens_menu_of("Hello Ana")
    await expect(menu.get_by_role("menuitem").filter(visible=True)).to_have_text(["Reply", "Copy text", "Copy link"])


async def test_all_of_it_is_done_with_keys_alone(ana: Screen, ben: Screen) -> None:
    await ana.writes("I’m reading nothing")
    await ben.sees_messages("Hello Ana", "What are you reading?", "I’m reading nothing")
    await ana.box.press("ArrowUp")
    await expect(ana.box).to_have_value("I’m reading nothing")
    await ana.box.press("Escape")
    await expect(ana.box).to_have_value("")
    await expect(ana.page.locator("#composer-bar")).to_be_hidden()
    log = ana.page.get_by_role("log")
    await log.press("ArrowUp")
    own = ana.message("I’m reading nothing")
    await own.press("e")
    await ana.writes("I’m reading a book")
    await ben.sees_messages("Hello Ana", "What are you reading?", "I’m reading a book")
    await log.press("ArrowUp")
    own = ana.message("I’m reading a book")
    await own.press("Enter")
    await expect(ana.page.get_by_role("menuitemcheckbox", name="👍")).to_be_focused()
    for _ in range(2):
        await ana.page.keyboard.press("ArrowRight")
    await ana.page.keyboard.press("Enter")
    await expect(ben.page.locator(".chip")).to_have_text("😂1")
    await expect(own).to_be_focused()
    await own.press("Shift+F10")
    await ana.page.keyboard.press("D")
    await expect(ana.page.get_by_role("menuitem", name="Delete")).to_be_focused()
    await ana.page.keyboard.press("Escape")
    await expect(own).to_be_focused()
    await own.press("Delete")
    await ana.page.keyboard.press("Shift+Tab")
    await ana.page.get_by_role("alertdialog").get_by_role("button", name="Delete").press("Enter")
    await ben.sees_messages("Hello Ana", "What are you reading?", "Message deleted")


@pytest.mark.parametrize("options", [{"has_touch": True, "is_mobile": True, "viewport": {"width": 360, "height": 640}}])
async def test_a_long_press_opens_the_menu_and_a_swipe_does_not(ana: Screen, ben: Screen) -> None:
    bubble = ana.message("Hello Ana").locator(".bubble")
    box = await bubble.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    finger = await ana.page.context.new_cdp_session(ana.page)

    async def touches(kind: str, *points: dict[str, float]) -> None:
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    menu = ana.page.get_by_role("menu", name="Message actions")
    await touches("touchStart", {"x": x, "y": y})
    await touches("touchMove", {"x": x, "y": y - 40})
    await touches("touchEnd")
    await touches("touchStart", {"x": x, "y": y})
    await expect(menu).to_be_visible()
    await touches("touchEnd")  # no choice, though the menu lies under the finger
    await menu.get_by_role("menuitemcheckbox", name="😮").tap()
    await expect(ben.page.locator(".chip")).to_have_text("😮1")
    await expect(menu).to_be_hidden()


async def test_a_screen_reader_is_told_of_what_others_do_and_not_of_ones_own(ana: Screen, ben: Screen) -> None:
    told = ana.page.locator("#changes-status")
    menu = await ben.opens_menu_of("Hello Ana")
    await menu.get_by_role("menuitemcheckbox", name="👍").click()
    await expect(told).to_have_text("Ben reacted with 👍")
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.writes("Hello dear Ana")
    await expect(told).to_have_text("Ben edited a message")
    await ben.deletes("Hello dear Ana")
    await expect(told).to_have_text("Ben deleted a message")
    await expect(ben.page.locator("#changes-status")).to_be_empty()
