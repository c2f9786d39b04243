"""Groups: made from a phone, with people who come and go, and what everybody sees of it."""

import pytest
from playwright.async_api import expect

from tests.browser.grouping import PHONE, chooses_for, names, opens_group_page, sees_log
from tests.browser.site import Opens, Site
from tests.support.database import execute


async def test_ana_makes_a_group_from_her_phone_ben_adds_cleo_and_removes_dan(site: Site, person: Opens) -> None:
    await site.has("Eva", "Finn")
    ana = await person("Ana", **PHONE)
    ben, dan, cleo = await person("Ben"), await person("Dan"), await person("Cleo")
    for screen in (ana, ben, dan, cleo):
        await screen.joins()

    await ana.goes_to("/messages/#new-message")
    await names(ana, "Ben", "Dan", "Eva", "Finn")
    await ana.page.get_by_label("Title").fill("Holidays")
    await ana.page.get_by_label("New members see only what comes after they join").check()
    await ana.page.locator("#message").fill("Where shall we go?")
    await ana.presses("Send")
    await expect(ana.page.locator("h1")).to_have_text("Holidays")
    await expect(ana.page.locator("#people-count")).to_have_text("5 people")

    for screen in (ben, dan):
        await screen.sees_conversations("Holidays")
        await screen.opens_conversation("Holidays")
        await sees_log(screen, "Ana created the group", "Where shall we go?")
    await opens_group_page(ana)
    await chooses_for(ana, "Ben", "Make an owner")
    await expect(ana.page.locator("#group-people > li", has_text="Ben").locator(".role")).to_have_text("Owner")
    await ana.page.get_by_role("link", name="Back to the chat").click()
    for screen in (ana, ben, dan):
        await sees_log(screen, "Ana created the group", "Where shall we go?", "Ana made Ben an owner")

    await opens_group_page(ben)  # beside the chat
    await ben.page.locator("#add").press_sequentially("Cleo,")
    await ben.page.get_by_role("button", name="Add", exact=True).click()
    await cleo.sees_conversations("Holidays")
    await cleo.opens_conversation("Holidays")
    await sees_log(cleo, "Ben added Cleo")
    for screen in (ana, ben, dan, cleo):
        await expect(screen.page.locator("#people-count")).to_have_text("6 people")

    await dan.types("I know a place")
    await chooses_for(ben, "Dan", "Remove from the group", "Remove")
    await dan.sees("You’re not in this group any more.")
    await expect(dan.page.locator("[data-thread]")).to_have_count(0)
    await expect(dan.box).to_have_value("I know a place")  # it can still be copied
    await expect(dan.box).not_to_be_editable()
    await cleo.writes("To the sea!")
    before = ("Ana created the group", "Where shall we go?", "Ana made Ben an owner", "Ben added Cleo")
    for screen, seen in ((ana, before), (ben, before), (cleo, before[3:])):
        await sees_log(screen, *seen, "Ben removed Dan", "To the sea!")
        await expect(screen.page.locator("#people-count")).to_have_text("5 people")
        await screen.page.reload()
        await sees_log(screen, *seen, "Ben removed Dan", "To the sea!")
    await sees_log(dan, *before)
    await dan.page.reload()
    await dan.sees("This chat doesn’t exist.")


async def test_whoever_is_removed_loses_the_chat_on_every_device(site: Site, person: Opens) -> None:
    await site.has("Ana", "Ben")
    cleo, phone = await person("Cleo"), await person("Cleo", **PHONE)
    await cleo.joins()
    await phone.signs_in()
    thread = await site.group("Ana", "Ben", "Cleo")
    for screen in (cleo, phone):
        await screen.sees_conversations("Ana, Ben")
    await cleo.goes_to(f"/messages/chat/{thread}/")
    await site.command("thread", "remove", str(thread), "Cleo")
    for screen in (cleo, phone):
        await screen.sees("No chats yet")
    await expect(cleo.page.locator("#composer")).to_be_hidden()
    await cleo.is_accessible()
    await site.command("thread", "add", str(thread), "Cleo")
    for screen in (cleo, phone):
        await screen.sees_conversations("Ana, Ben")
    await cleo.writes("I’m back")
    await cleo.sees_messages("I’m back")


async def test_a_new_title_is_everywhere_at_once(site: Site, person: Opens) -> None:
    await site.has("Ana")
    ben, cleo = await person("Ben"), await person("Cleo")
    for screen in (ben, cleo):
        await screen.joins()
    thread = await site.group("Ana", "Ben", "Cleo")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await site.command("thread", "title", str(thread), "Chess club")
    for screen in (ben, cleo):
        await screen.sees_conversations("Chess club")
        await expect(screen.page.locator(".conversation .avatar")).to_have_text("CC")
    await expect(ben.page.locator("h1")).to_have_text("Chess club")
    await expect(ben.page).to_have_title("Chess club")
    await expect(ben.page.get_by_label("Message to Chess club")).to_be_visible()
    await expect(cleo.page.locator(".badge")).to_be_hidden()  # a note is not unread


async def test_who_has_seen_a_message_is_told_by_name(site: Site, person: Opens) -> None:
    await site.has("Cleo")
    ana, ben = await person("Ana"), await person("Ben")
    for screen in (ana, ben):
        await screen.joins()
    thread = await site.group("Ana", "Ben", "Cleo")
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.writes("Hello both")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ben.writes("Hello Ana")
    await ana.sees_messages("Hello both", "Hello Ana")
    await ana.chooses_of("Hello both", "Seen by 1 of 2")
    seen = ana.page.get_by_role("dialog", name="Seen by 1 of 2")
    await expect(seen.locator(".seen bdi")).to_have_text("Ben")
    await expect(seen.locator(".unseen bdi")).to_have_text("Cleo")
    await ana.is_accessible()
    await ana.page.keyboard.press("Escape")
    await expect(seen).to_be_hidden()
    menu = await ana.opens_menu_of("Hello Ana")
    await expect(menu.get_by_role("menuitem", name="Seen by")).to_have_count(0)  # not one's own


async def test_an_owner_deletes_anybodys_message_and_a_member_does_not(site: Site, person: Opens) -> None:
    await site.has("Cleo")
    ana, ben = await person("Ana"), await person("Ben")
    for screen in (ana, ben):
        await screen.joins()
    thread = await site.group("Ana", "Ben", "Cleo")
    for screen in (ana, ben):
        await screen.goes_to(f"/messages/chat/{thread}/")
        await screen.writes(f"From {screen.name}")
    await ana.sees_messages("From Ana", "From Ben")
    menu = await ben.opens_menu_of("From Ana")
    await expect(menu.get_by_role("menuitem", name="Delete")).to_have_count(0)
    await ana.deletes("From Ben")
    for screen in (ana, ben):
        await screen.sees_messages("From Ana", "Ana deleted this message")


async def test_a_chat_of_two_offers_a_group_and_stays_private(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Between us")
    await ana.presses("More")
    await ana.page.get_by_role("link", name="Make a group with Ben").click()
    await expect(ana.page.locator(".name-chip bdi")).to_have_text("Ben")
    await expect(ana.page.locator("#recipient_name")).to_be_focused()
    await ana.page.locator("#recipient_name").press_sequentially("Cleo,")
    await ana.page.locator("#message").fill("The three of us")
    await ana.presses("Send")
    await expect(ana.page.locator("h1")).to_have_text("Ben, Cleo")
    await ana.sees_messages("The three of us")
    await ana.sees_conversations("Ben, Cleo", "Ben")


async def test_a_name_that_nobody_has_says_so_at_its_chip_and_nothing_is_made(
    site: Site, person: Opens, database_url: str
) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await names(ana, "Ben", "Zoe", "Cleo")
    wrong = ana.page.locator(".name-chip.wrong")
    await expect(wrong).to_contain_text("Nobody here is called Zoe. Check the spelling.")
    await ana.is_accessible()
    await ana.page.locator("#message").fill("Hello all")
    await ana.presses("Send")
    await expect(wrong.get_by_role("alert")).to_have_text("Nobody here is called Zoe. Check the spelling.")
    await ana.fits()
    assert execute(database_url, "select count(*) from threads") == [(0,)]
    await ana.presses("Remove Zoe")
    await ana.presses("Send")
    await ana.sees_messages("Hello all")


async def test_a_group_that_is_sent_twice_is_made_once(site: Site, person: Opens, database_url: str) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await names(ana, "Ben", "Cleo")
    await ana.page.locator("#message").fill("Hello both")
    await ana.page.evaluate("['', ''].forEach(() => document.getElementById('new-message').submit())")
    await ana.sees_messages("Hello both")
    await ana.sees_conversations("Ben, Cleo")
    assert execute(database_url, "select count(*) from threads") == [(1,)]


@pytest.mark.parametrize("kept", ["chat", "list"])
async def test_without_a_connection_one_learns_later_that_one_was_removed(site: Site, person: Opens, kept: str) -> None:
    await site.has("Ana", "Ben")
    cleo = await person("Cleo")
    await cleo.joins()
    thread = await site.group("Ana", "Ben", "Cleo")
    await cleo.goes_to(f"/messages/chat/{thread}/" if kept == "chat" else "/messages/")
    await cleo.sees_conversations("Ana, Ben")
    await cleo.page.context.set_offline(True)
    await site.command("thread", "remove", str(thread), "Cleo")
    await cleo.page.evaluate("dispatchEvent(new Event('offline'))")
    await cleo.sees("Connection lost. Reconnecting…")
    await cleo.page.context.set_offline(False)
    await cleo.sees("No chats yet")
    if kept == "chat":
        await cleo.sees("You’re not in this group any more.")
