"""The page of a group: beside its chat on a wide screen, a page on a phone, for everyone."""

from typing import Any

import pytest
from playwright.async_api import expect

from chatserver.development.embedded import EmbeddedServers
from tests.browser.grouping import PHONE, chooses_for
from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.freezing import frozen_postgres

SAME_NOTES = """() => {
  const notes = Array.from(document.querySelectorAll('.note'), (note) => note.outerHTML);
  return [notes, Array.from(document.querySelector('#messages').children, (each) => each.className)];
}"""


@pytest.fixture
async def thread(site: Site, ana: Screen) -> int:
    """Ana's group with Ben and Cleo."""
    await site.has("Ben", "Cleo", "Dan")
    thread = await site.group("Ana", "Ben", "Cleo")
    await ana.goes_to(f"/messages/chat/{thread}/")
    return thread


@pytest.fixture
async def ana(person: Opens, options: dict[str, Any]) -> Screen:
    ana = await person("Ana", **options)
    await ana.joins()
    return ana


@pytest.fixture
def options() -> dict[str, Any]:
    return {}


async def test_the_panel_is_used_by_keyboard(ana: Screen, thread: int) -> None:
    keys, page = ana.page.keyboard, ana.page
    link = page.locator("#group-link")
    await link.press("Enter")
    panel = page.get_by_role("complementary")
    await expect(panel).to_have_accessible_name("Ben, Cleo")
    await expect(panel).to_be_focused()
    await expect(page.locator("#composer")).to_be_visible()
    assert page.url.endswith(f"/messages/chat/{thread}/")
    await panel.get_by_label("Title").fill("Chess club")
    await keys.press("Enter")
    await expect(page.locator("h1#chat-title")).to_have_text("Chess club")
    await expect(panel.get_by_label("Title")).to_be_focused()
    await page.locator("#add").focus()
    await keys.type("Dan")
    await keys.press("Enter")  # a chip
    await keys.press("Tab")  # past its button
    await panel.get_by_role("button", name="Add", exact=True).press("Enter")
    await expect(panel.locator(".group-person bdi")).to_have_text(["Ana", "Ben", "Cleo", "Dan"])
    menu = panel.locator("li", has_text="Dan").locator(".person-acts > summary")
    await menu.press("Enter")
    await panel.get_by_text("Remove from the group").locator("visible=true").press("Enter")
    await keys.press("Escape")  # changes her mind
    await keys.press("Escape")
    await expect(menu).to_be_focused()
    await keys.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(link).to_be_focused()


async def test_what_one_types_stays_while_others_come_and_go(site: Site, ana: Screen, thread: int) -> None:
    await ana.page.locator("#group-link").click()
    await ana.page.locator("#title").fill("Half a title")
    await ana.page.locator("#add").press_sequentially("Eva,Fi")
    await site.command("thread", "add", str(thread), "Dan")
    await expect(ana.page.locator(".group-person bdi")).to_have_text(["Ana", "Ben", "Cleo", "Dan"])
    await expect(ana.page.locator("#title")).to_have_value("Half a title")
    await expect(ana.page.locator(".name-chip bdi")).to_have_text("Eva")
    await expect(ana.page.locator("#add")).to_have_value("Fi")
    await expect(ana.page.locator("#add")).to_be_focused()


async def test_what_could_not_be_saved_stays_as_it_was_typed(
    ana: Screen, thread: int, servers: EmbeddedServers
) -> None:
    del thread
    await ana.page.locator("#group-link").click()
    field = ana.page.locator("#title")
    await field.fill("Chess club")
    with frozen_postgres(servers):
        await field.press("Enter")
        await ana.sees("Couldn’t send this: the connection was lost.")
    await expect(field).to_have_value("Chess club")
    await field.press("Enter")
    await expect(ana.page.locator("h1#chat-title")).to_have_text("Chess club")


async def test_what_one_may_not_do_is_not_shown(site: Site, person: Opens) -> None:
    await site.has("Ana", "Cleo")
    ben = await person("Ben")
    await ben.joins()
    thread = await site.group("Ana", "Ben", "Cleo")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ben.page.locator("#group-link").click()
    panel = ben.page.get_by_role("complementary")
    await expect(panel.locator("li", has_text="Ana")).to_contain_text("Owner")
    await expect(panel.locator(".person-acts, #add, #title, [name=history]")).to_have_count(0)
    await site.command("thread", "owner", str(thread), "Ben")
    await expect(panel.locator("#title")).to_be_visible()  # as soon as one may


async def test_leaving_asks_once_and_leads_to_the_list(ana: Screen, thread: int) -> None:
    del thread
    await ana.page.locator("#group-link").click()
    await ana.page.get_by_text("Leave the group").locator("visible=true").click()
    await ana.sees("Leave this group? You won’t see its messages any more.")
    await ana.page.get_by_role("button", name="Leave the group").click()
    await expect(ana.page).to_have_url("/messages/")
    await ana.sees("No chats yet")


async def test_a_refused_name_says_so_at_its_chip(ana: Screen, thread: int) -> None:
    del thread
    await ana.page.locator("#group-link").click()
    await ana.page.locator("#add").press_sequentially("Dan,Zoe,")
    await ana.page.get_by_role("button", name="Add", exact=True).click()
    alert = ana.page.locator(".name-chip.wrong").get_by_role("alert")
    await expect(alert).to_contain_text("Nobody here is called Zoe.")
    await expect(ana.page.locator(".group-person bdi")).to_have_text(["Ana", "Ben", "Cleo"])


async def test_people_of_a_large_group_are_found_by_name(site: Site, person: Opens) -> None:
    made = await site.command("provision", "--users", "130", "--threads", "1", "--people", "130")
    ana = await person("Ana")
    name, _, value = made["users"][0]["cookie"].partition("=")
    await ana.page.context.add_cookies([{"name": name, "value": value, "url": site.url}])
    await ana.goes_to(f"/messages/chat/{made['threads'][0]['id']}/")
    await ana.page.locator("#group-link").click()
    rows = ana.page.locator("#group-people > li:not([hidden])")
    await expect(rows).to_have_count(100)
    await ana.page.get_by_label("Find people").fill("-12")
    await expect(rows).to_have_count(11)  # 12, and 120 to 129
    await ana.page.get_by_label("Find people").fill("nobody")
    await ana.sees("Nobody found.")
    await ana.is_accessible()
    await ana.page.get_by_label("Find people").fill("")
    await expect(rows).to_have_count(130)


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light", "locale": "en-US", "viewport": {"width": 1280, "height": 800}},
        {"color_scheme": "dark", "locale": "ru-RU", "viewport": {"width": 1280, "height": 800}},
        {"color_scheme": "dark", "locale": "en-US"} | PHONE,
        {"color_scheme": "light", "locale": "ru-RU"} | PHONE | {"viewport": {"width": 320, "height": 568}},
    ],
    ids=["light-en-wide", "dark-ru-wide", "dark-en-phone", "light-ru-phone"],
)
async def test_every_part_of_a_group_is_accessible_and_fits(site: Site, ana: Screen, thread: int) -> None:
    await site.command("thread", "title", str(thread), "A title that is rather long for a phone")
    await site.command("thread", "add", str(thread), "Dan")
    await expect(ana.page.locator(".note")).to_have_count(3)
    await ana.is_accessible()
    await ana.fits()
    await ana.page.locator("#group-link").click()
    await expect(ana.page.locator("#group-people")).to_be_visible()
    await ana.is_accessible()
    await ana.fits()
    await ana.page.locator("#acts-2 > summary, .person-acts > summary").first.click()
    await ana.page.locator(".acts .ask > summary").locator("visible=true").click()
    await ana.is_accessible()
    await ana.fits()
    await ana.goes_to("/messages/#new-message")
    await ana.page.locator("#recipient_name").press_sequentially("Ben,Cleo,Somebody_with_a_rather_long_name,")
    await expect(ana.page.locator("#for-group")).to_be_visible()
    await expect(ana.page.locator(".name-chip.wrong")).to_be_visible()
    await ana.is_accessible()
    await ana.fits()


@pytest.mark.parametrize("options", [{}, {"locale": "ru-RU"}], ids=["english", "russian"])
async def test_the_browser_draws_notes_as_the_server_does(site: Site, ana: Screen, thread: int) -> None:
    ben = (await site.has("Finn"))[0]
    await site.command("thread", "title", str(thread), "Chess <b>club</b>")
    await site.command("thread", "add", str(thread), "Dan", "Finn")
    await site.says(thread, ben, "Hello")
    await site.says(thread, ben, "Hello again")
    await site.command("thread", "remove", str(thread), "Dan")
    await site.command("thread", "owner", str(thread), "Cleo")
    await expect(ana.page.locator(".note")).to_have_count(5)
    by_browser = await ana.page.evaluate(SAME_NOTES)
    await ana.page.reload()
    await expect(ana.page.locator(".messages.fresh")).to_have_count(0)
    assert await ana.page.evaluate(SAME_NOTES) == by_browser


async def test_on_a_phone_the_page_shows_who_is_online(site: Site, person: Opens) -> None:
    await site.has("Cleo")
    ana, ben = await person("Ana", **PHONE), await person("Ben")
    for screen in (ana, ben):
        await screen.joins()
    thread = await site.group("Ana", "Ben", "Cleo")
    await ana.goes_to(f"/messages/group/{thread}/")
    rows = ana.page.locator("#group-people > li")
    await expect(rows.filter(has_text="Ben")).to_contain_text("online")
    await expect(rows.filter(has_text="Cleo")).not_to_contain_text("online")
    await chooses_for(ana, "Cleo", "Make an owner")
    await expect(rows.filter(has_text="Cleo")).to_contain_text("Owner")
    await expect(rows.filter(has_text="Ben")).to_contain_text("online")
