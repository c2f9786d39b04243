"""What people of a Django site do with the chat beside it, in `make test` and in `make production-test`."""

import re

from playwright.async_api import Browser, Page, expect

from tests.browser.screens import Screen
from tests.support.django_site import PASSWORD


async def at_the_site(browser: Browser, site: str, name: str) -> Screen:
    """A browser of somebody who has signed in at the site."""
    context = await browser.new_context(base_url=site, locale="en-US", ignore_https_errors=True)
    person = await Screen.open(context, name)
    page = person.page
    await page.goto("/")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_label("Username:").fill(name)
    await page.get_by_label("Password:").fill(PASSWORD)
    await page.locator("main").get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name=re.compile("Sign out"))).to_be_visible()
    return person


async def talk_at_the_site(browser: Browser, site: str, chat: str) -> None:
    """Ana writes to Ben from his profile; Ben sees the number in the menu fall; both sign out of both."""
    ana, ben = await at_the_site(browser, site, "ana"), await at_the_site(browser, site, "ben")
    await ana.page.get_by_role("link", name="Messages", exact=True).click()
    await expect(ana.page).to_have_url(f"{chat}/messages/")
    await expect(ana.page.locator("#menu .menu-name")).to_contain_text("Ana Ruiz")
    await ben.page.get_by_role("link", name="Messages", exact=True).click()  # Ben has been there, too
    await expect(ben.page).to_have_url(f"{chat}/messages/")

    await ana.page.goto(f"{site}/people/2/")
    await ana.page.get_by_role("link", name="Write to Ben").click()
    await expect(ana.page).to_have_url(f"{chat}/messages/to/2")
    await ana.page.fill("#message", "Hello Ben")
    await ana.page.locator("main").get_by_role("button", name="Send", exact=True).click()
    await expect(ana.page).to_have_url(re.compile(rf"{chat}/messages/chat/\d+/"))

    await ben.page.goto(f"{site}/")
    count = ben.page.locator("nav [data-chat-unread]")
    await expect(count).to_have_text("1")
    await expect(count).to_be_visible()
    await ben.page.get_by_role("button", name="Messages, unread: 1").click()
    inside = ben.page.frame_locator("chat-server div iframe")
    await inside.locator(".conversation-link").click()
    await expect(inside.locator("#messages .message-text")).to_have_text("Hello Ben")
    await expect(count).to_have_text("0")
    await expect(count).to_be_hidden()
    await inside.locator("#message").fill("Hello Ana")
    await inside.locator("#message").press("Enter")
    await ana.sees_messages("Hello Ben", "Hello Ana")
    await inside.locator("#message").press("Escape")

    await _signs_out(ben.page, chat)
    await expect(ben.page.get_by_role("button", name="Messages")).to_have_count(0)
    await ana.page.goto(f"{site}/")
    await _signs_out(ana.page, chat)
    for person in (ana, ben):
        assert person.troubles == []
        await person.page.context.close()


async def _signs_out(page: Page, chat: str) -> None:
    """Of both: the site's button ends the chat's session as well."""
    await page.get_by_role("button", name=re.compile("Sign out")).click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert (await page.request.get(f"{chat}/messages/session")).status == 401
