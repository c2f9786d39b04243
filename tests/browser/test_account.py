"""The account page."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.site import Opens, Site
from tests.support.database import execute
from tests.support.people import PASSWORD

ACCOUNT = "/messages/account/"


NEW_PASSWORD = "one for the road"


PHONE = {"width": 320, "height": 568}


KEPT = "Object.keys(localStorage).filter((key) => /^chatserver[.](draft|outbox)[.]/.test(key))"


KEEPS_SOMETHING = f"() => {KEPT}.length > 0"


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light", "locale": "en-US"},
        {"color_scheme": "dark", "locale": "ru-RU", "viewport": PHONE},
    ],
    ids=["light-en-wide", "dark-ru-phone"],
)
async def test_every_page_of_an_account_is_accessible_and_fits(
    site: Site, person: Opens, options: dict[str, object]
) -> None:
    ana, elsewhere = await person("Ana", **options), await person("Ana", **options)
    await site.has("Ben")
    await ana.joins()
    await elsewhere.page.context.add_cookies(await ana.page.context.cookies())  # type: ignore[arg-type]  # one session
    await ana.page.context.clear_cookies()
    await ana.goes_to("/messages/sign-in/?deleted=yes")
    await ana.is_accessible()
    await ana.fills_in(username="Ana", password=PASSWORD)
    await ana.page.locator("main button").click()
    await ana.page.locator("[popovertarget=menu]").click()
    await ana.page.locator("#menu a").click()
    await expect(ana.page).to_have_url(re.compile(f"{ACCOUNT}$"))
    await ana.is_accessible()
    await ana.fits()
    await ana.fills_in(sessions_password="not this one")
    await ana.page.locator("[name=end]").last.click()
    await expect(ana.page.locator("#sessions_password-error")).to_be_in_viewport()
    await expect(ana.page.locator("#sessions_password")).to_be_focused()
    await ana.is_accessible()
    await ana.fits()
    await ana.goes_to("/messages/")
    if options.get("viewport"):
        await ana.goes_to("/messages/#new-message")
    await ana.fills_in(recipient_name="Ben", message="Hello")
    await ana.page.locator("#new-message .button.primary").click()
    await expect(ana.messages).to_have_count(1)
    await ana.page.locator("[popovertarget=more]").click()
    await ana.is_accessible()
    await ana.fits()
    await ana.page.locator("#more button.danger").click()
    await expect(ana.page.locator("form.notice")).to_be_visible()
    await ana.is_accessible()
    await ana.fits()
    await ana.goes_to(ACCOUNT)
    await ana.is_accessible()
    await ana.fits()


async def test_ana_changes_her_password_and_her_other_browser_is_signed_out(person: Opens) -> None:
    ana, phone = await person("Ana"), await person("Ana")
    await ana.joins()
    await phone.signs_in()
    await ana.chooses_link("Account")
    await ana.fills_in(current_password=PASSWORD, new_password=NEW_PASSWORD)
    await ana.presses("Change password")
    await ana.sees("Your password has been changed.")
    await expect(phone.page).to_have_url(re.compile("/sign-in/"))
    await ana.goes_to("/messages/")
    await ana.sees("Welcome, Ana!")


async def test_ana_sees_where_she_is_signed_in_and_ends_it(person: Opens) -> None:
    ana, phone = await person("Ana"), await person("Ana", user_agent="Mozilla/5.0 (iPhone) Chromium/140.0")
    await ana.joins()
    await phone.signs_in()
    await ana.goes_to(ACCOUNT)
    await ana.sees("Chromium on iPhone")
    await ana.page.locator("[name=sessions_password]").fill(PASSWORD)
    await ana.page.locator("[name=sessions_password]").press("Enter")  # ends no session by itself
    await ana.page.get_by_role("button", name="Sign out Chromium on iPhone").click()
    await ana.sees("You’ve been signed out there.")
    await ana.sees("You aren’t signed in anywhere else.")
    await expect(phone.page).to_have_url(re.compile("/sign-in/"))


async def test_a_chosen_zone_applies_to_times_from_the_server_and_from_scripts(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", locale="en-GB", timezone_id="Europe/Berlin")  # a 24-hour clock
    await ana.joins()
    await ana.goes_to(ACCOUNT)
    await expect(ana.page.locator("#zone option").first).to_have_text("Automatic (Berlin, Germany)")
    await ana.page.locator("#zone").select_option("Kathmandu, Nepal")
    await ana.page.locator("form", has=ana.page.locator("#zone")).get_by_role("button").click()
    await ana.sees("Saved. Times are now shown in this time zone.")
    await expect(ana.page.locator("#zone")).to_have_value("Asia/Kathmandu")
    await ana.goes_to("/messages/")
    await ana.writes_to("Ben", "by the server")
    await ana.writes("by the scripts")
    await expect(ana.page.locator(".message.pending")).to_have_count(0)
    minutes = """() => Array.from(document.querySelectorAll('#messages time.message-time'), (time) => {
        const minutes = (Date.parse(time.dateTime) / 60000 + 5 * 60 + 45) % (24 * 60) | 0;
        const [, hour, minute] = time.title.match(/ (\\d\\d):(\\d\\d):/);
        return minutes - hour * 60 - minute;
    })"""
    assert await ana.page.evaluate(minutes) == [0, 0]
    await ana.page.reload()
    assert await ana.page.evaluate(minutes) == [0, 0]


async def test_signing_out_removes_drafts_and_back_shows_no_message(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Between us")
    await ana.types("half a thought")
    await ana.page.wait_for_function(KEEPS_SOMETHING)
    await ana.chooses("Sign out")
    await expect(ana.page).to_have_url(re.compile("/sign-in/"))
    assert await ana.page.evaluate("JSON.stringify(localStorage)") == "{}"
    await ana.page.go_back()
    await expect(ana.page).to_have_url(re.compile("/sign-in/"))
    await expect(ana.page.locator("body")).not_to_contain_text("Between us")


async def test_deleting_an_account_leaves_nothing_in_the_browser(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Between us")
    await ana.types("half a thought")
    await ana.page.wait_for_function(KEEPS_SOMETHING)
    await ana.page.evaluate("localStorage.setItem('chatserver.draft.999.1', 'of another person')")
    await ana.goes_to(ACCOUNT)
    await ana.fills_in(delete_password="not this one")
    await ana.presses("Delete my account for good")
    await ana.sees("The current password is wrong.")
    assert len(await ana.page.evaluate(KEPT)) == 2
    await ana.fills_in(delete_password=PASSWORD)
    await ana.presses("Delete my account for good")
    await ana.sees("Your account has been deleted.")
    assert await ana.page.evaluate(KEPT) == ["chatserver.draft.999.1"]


async def test_signing_out_on_a_page_without_scripts_also_removes_drafts(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.fills_in(recipient_name="Ben", message="half a thought")
    await ana.page.wait_for_function("() => Object.keys(localStorage).length === 2")
    await ana.goes_to(ACCOUNT)
    await ana.presses("Sign out")
    await expect(ana.page).to_have_url(re.compile("/sign-in/"))
    assert await ana.page.evaluate("localStorage.length") == 0


async def test_the_page_follows_an_export_and_announces_when_it_is_ready(person: Opens, database_url: str) -> None:
    ana = await person("Ana")
    await ana.joins()
    await ana.goes_to(ACCOUNT)
    await ana.presses("Prepare my data")
    await ana.sees("Your data is being prepared.")
    download = ana.page.get_by_role("link", name="Download")
    await expect(download).to_be_visible()
    async with ana.page.expect_download() as started:
        await download.click()
    assert (await started.value).suggested_filename.endswith(".zip")
    execute(database_url, "update exports set state = 'running', done = 1, total = 4, changed_at = now()")
    await ana.goes_to(ACCOUNT)
    bar = ana.page.get_by_role("progressbar", name="Preparing your data…")
    await expect(bar).to_have_js_property("value", 1)
    await ana.is_accessible()
    await ana.fills_in(new_password="half typed")
    execute(database_url, "update exports set done = 3, changed_at = now()")
    await expect(bar).to_have_js_property("value", 3)
    execute(database_url, "update exports set state = 'failed'")
    await ana.sees_alert("Your data couldn’t be prepared.")
    await ana.is_accessible()
    await expect(ana.page.locator("[name=new_password]")).to_have_value("half typed")
