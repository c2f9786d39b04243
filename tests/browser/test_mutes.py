"""A muted chat counts in grey, on every screen of the person, and in no title."""

import re

from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import execute


async def test_ben_mutes_a_chat_and_hears_of_it_again(
    site: Site, ana: Screen, ben: Screen, person: Opens, database_url: str
) -> None:
    phone = await person("Ben", viewport={"width": 390, "height": 780})
    await phone.signs_in()
    await site.has("Cleo")
    await ben.writes_to("Cleo", "Hi")
    await ben.opens_conversation("Ana")
    await ben.mutes("Always")
    row = phone.conversation("Ana")
    await expect(row).to_have_class("conversation muted")  # at once, without a reload
    await ben.opens_conversation("Cleo")
    await ana.writes("Are you there?")
    await expect(row.locator(".badge")).to_have_text("1")
    await expect(row.locator(".badge")).to_have_css("background-color", "rgb(117, 133, 124)")
    await expect(phone.page).to_have_title("Chats")
    await expect(phone.page.locator("link[rel=icon]")).to_have_attribute("href", re.compile(r"/favicon\.svg$"))
    await phone.is_accessible()
    await phone.fits()
    execute(database_url, "update mutes set until = now() + interval '2 seconds'")
    for screen in (phone, ben):
        await screen.page.reload()  # their pages name the new time
        await expect(screen.conversation("Ana").locator(".muted-sign")).to_have_count(0)  # it is over, by itself
    await expect(phone.page).to_have_title("(1) Chats")
    await ben.opens_conversation("Ana")
    await ben.mutes("1 hour")
    await expect(row.locator(".muted-sign")).to_have_count(1)
    await unmutes(ben, "Ana")
    await expect(row.locator(".muted-sign")).to_have_count(0)


async def test_the_chat_offers_what_the_row_says(ana: Screen, ben: Screen) -> None:
    tab = await ben.another_tab()
    await tab.goes_to(ben.page.url)
    await tab.page.locator("[popovertarget=more]").click()
    await expect(tab.page.locator("#unmute")).to_be_hidden()
    await ben.opens_conversation("Ana")
    await ben.mutes("8 hours")
    await expect(tab.page.locator("#unmute")).to_be_visible()
    await expect(tab.page.locator("#mute")).to_be_hidden()
    await tab.is_accessible()
    await ana.writes("Hello?")
    await ben.sees("Hello?")


async def unmutes(screen: Screen, title: str) -> None:
    await screen.opens_conversation(title)
    await screen.page.locator("[popovertarget=more]").click()
    await screen.page.locator("#unmute button").click()
    await expect(screen.page.locator("#mute")).not_to_have_attribute("hidden", "")
