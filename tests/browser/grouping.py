"""What people do with groups at a browser, and see of them."""

from typing import Any

from playwright.async_api import expect

from tests.browser.screens import Screen

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}
LOG = "#messages > :is(.message, .note:not([hidden]))"
LINES = f"""() => Array.from(document.querySelectorAll('{LOG}'), (each) =>
  each.querySelector('.message-text, .note-text').textContent)"""


async def sees_log(screen: Screen, *lines: str) -> None:
    """Messages and notes, in this order, and no others."""
    await expect(screen.page.locator(LOG)).to_have_count(len(lines))
    await screen.page.wait_for_function(f"lines => String(({LINES})()) === String(lines)", arg=list(lines))


async def names(screen: Screen, *people: str) -> None:
    """Writes names into the form for a new message, each with a comma."""
    field = screen.page.locator("#recipient_name")
    for name in people:
        await field.press_sequentially(f"{name},")
    await expect(screen.page.locator(".name-chip")).to_have_count(len(people))


async def opens_group_page(screen: Screen) -> None:
    await screen.page.locator("#group-link").click()
    await expect(screen.page.locator("#group-people")).to_be_visible()


async def chooses_for(screen: Screen, name: str, *actions: str) -> None:
    """What becomes of somebody, on the page of the group."""
    row = screen.page.locator("#group-people > li", has_text=name)
    await row.locator(".person-acts > summary").click()
    for action in actions:
        await row.get_by_text(action, exact=True).locator("visible=true").click()
