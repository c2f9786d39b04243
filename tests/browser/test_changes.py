"""Editing, deleting and reacting, and what others see of it."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, expect

from tests.browser.screens import Screen
from tests.support.database import holds


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}], ids=["light", "dark"])
async def test_menu_question_edit_and_conflict_are_accessible(ana: Screen, ben: Screen) -> None:
    await ana.writes("A book about bees")
    await ana.reacts("Hello Ana", "👍")
    await ana.opens_menu_of("A book about bees")
    await ana.is_accessible()
    await ana.page.keyboard.press("Escape")
    await ana.chooses_of("A book about bees", "Delete")
    await ana.is_accessible()
    await ana.page.keyboard.press("Escape")
    await ana.chooses_of("A book about bees", "Edit")
    await ana.writes(" ")
    await ana.is_accessible()
    tab = await ana.another_tab()
    await tab.goes_to(ana.page.url)
    await tab.page.get_by_role("button", name="Stop editing").click()
    await tab.edits("A book about bees", "A letter")
    await ben.sees_messages("Hello Ana", "What are you reading?", "A letter")
    await ana.presses("Show")
    await ana.is_accessible()
    await tab.edits("A letter", "A note")
    await ben.sees_messages("Hello Ana", "What are you reading?", "A note")
    await ana.writes("A poem")
    await expect(ana.page.locator(".message-conflict")).to_be_visible()
    await ana.is_accessible()


async def test_both_see_an_edit_and_so_does_a_user_who_opens_the_chat_later(ana: Screen, ben: Screen) -> None:
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


async def test_an_edit_without_a_text_says_what_to_do_and_sends_nothing(ana: Screen, ben: Screen) -> None:
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.writes(" ")
    wrong = ben.page.locator("#composer-error")
    await expect(wrong).to_have_text("A message can’t be empty. Delete it instead.")
    await expect(ben.box).to_be_focused()
    await ben.types("Hello dear Ana")
    await expect(wrong).to_be_empty()
    await ben.box.press("Enter")
    await ana.sees_messages("Hello dear Ana", "What are you reading?")


async def test_a_deletion_is_confirmed_first_and_leaves_a_tombstone(
    ana: Screen, ben: Screen, database_url: str
) -> None:
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


async def test_a_reaction_is_added_in_the_menu_and_removed_with_its_chip(ana: Screen, ben: Screen) -> None:
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


async def test_a_chip_that_is_pressed_by_key_keeps_the_focus(ana: Screen, ben: Screen) -> None:
    await ben.reacts("Hello Ana", "👍")
    await ana.page.get_by_role("button", name="👍: Ben").press("Enter")
    await expect(ana.page.get_by_role("button", name="👍: Ben, you")).to_be_focused()
    await ben.reacts("Hello Ana", "👍")
    await ana.page.get_by_role("button", name="👍: you").press("Enter")
    await expect(ana.message("Hello Ana")).to_be_focused()


async def test_users_can_edit_and_delete_only_their_own_messages(ana: Screen, ben: Screen) -> None:
    menu = await ana.opens_menu_of("Hello Ana")
    await expect(menu.get_by_role("menuitem").filter(visible=True)).to_have_text(["Reply", "Copy text", "Copy link"])


async def test_all_changes_can_be_made_with_the_keyboard_alone(ana: Screen, ben: Screen) -> None:
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


@pytest.fixture
async def finger(ana: Screen) -> Callable[..., Awaitable[None]]:
    """Ana's, on the screen: `touchStart` with a point, `touchMove`, `touchEnd`."""
    devtools = await ana.page.context.new_cdp_session(ana.page)

    async def touches(kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    return touches


async def middle(element: Locator) -> tuple[float, float]:
    box = await element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 360, "height": 640}}


@pytest.mark.parametrize("options", [PHONE], ids=["phone"])
async def test_a_long_press_opens_the_menu_and_a_swipe_does_not(
    ana: Screen, ben: Screen, finger: Callable[..., Awaitable[None]]
) -> None:
    x, y = await middle(ana.message("Hello Ana").locator(".bubble"))
    menu = ana.page.get_by_role("menu", name="Message actions")
    await finger("touchStart", (x, y))
    await finger("touchMove", (x, y - 40))
    await finger("touchEnd")
    await finger("touchStart", (x, y))
    await expect(menu).to_be_visible()
    await finger("touchEnd")  # chooses nothing, though the menu is under the finger
    await menu.get_by_role("menuitemcheckbox", name="😮").tap()
    await expect(ben.page.locator(".chip")).to_have_text("😮1")
    await expect(menu).to_be_hidden()


@pytest.mark.parametrize("options", [PHONE], ids=["phone"])
async def test_a_long_press_on_a_chip_tells_who_reacted_and_sets_nothing(
    ana: Screen, ben: Screen, finger: Callable[..., Awaitable[None]]
) -> None:
    await ben.reacts("Hello Ana", "👍")
    chip = ana.page.locator(".chip")
    names = ana.page.locator("#message-menu .menu-names")
    await finger("touchStart", await middle(chip))
    await expect(names).to_be_visible()
    await finger("touchEnd")
    await expect(names).to_have_text("👍: Ben")
    await expect(ana.page.locator("#changes-status")).to_have_text("👍: Ben")
    await expect(chip).to_have_attribute("aria-pressed", "false")
    await ana.is_accessible()
    await chip.tap()
    await expect(names).to_be_hidden()
    await expect(ben.page.locator(".chip")).to_have_text("👍2")


async def test_a_screen_reader_announces_changes_by_others_and_not_ones_own(ana: Screen, ben: Screen) -> None:
    status = ana.page.locator("#changes-status")
    menu = await ben.opens_menu_of("Hello Ana")
    await menu.get_by_role("menuitemcheckbox", name="👍").click()
    await expect(status).to_have_text("Ben reacted with 👍")
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.writes("Hello dear Ana")
    await expect(status).to_have_text("Ben edited a message")
    await ben.deletes("Hello dear Ana")
    await expect(status).to_have_text("Ben deleted a message")
    await expect(ben.page.locator("#changes-status")).to_be_empty()
