"""A form that comes back: where one goes on, and what it says, with and without scripts."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.people import PASSWORD

WITH_AND_WITHOUT_SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


async def sends(ana: Screen, path: str, **fields: str) -> None:
    await ana.goes_to(path)
    await ana.fills_in(**fields)
    await ana.page.locator("main button.primary").click()
    await expect(ana.page.get_by_role("alert")).to_be_visible()


async def goes_on_in(ana: Screen, name: str) -> None:
    await expect(ana.page.locator(f"main [name={name}]")).to_be_focused()


@WITH_AND_WITHOUT_SCRIPTS
async def test_after_a_refused_sign_up_one_goes_on_in_the_field_that_was_wrong(
    site: Site, person: Opens, scripts: bool
) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.goes_to("/messages/sign-up/")
    await goes_on_in(ana, "username")
    await sends(ana, "/messages/sign-up/", username="Ana", password="short")
    await goes_on_in(ana, "password")
    await expect(ana.page.locator("[name=username]")).to_have_value("Ana")
    await sends(ana, "/messages/sign-up/", username="Ana", password="password123")
    await goes_on_in(ana, "password")
    await sends(ana, "/messages/sign-up/", username="a", password=PASSWORD)
    await goes_on_in(ana, "username")
    await sends(ana, "/messages/sign-up/", username="Ben", password=PASSWORD)
    await goes_on_in(ana, "username")


@WITH_AND_WITHOUT_SCRIPTS
async def test_after_a_refused_sign_in_one_types_what_is_missing(site: Site, person: Opens, scripts: bool) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.goes_to("/messages/sign-in/")
    await goes_on_in(ana, "username")
    await sends(ana, "/messages/sign-in/", username="Ben", password="not this one")
    await goes_on_in(ana, "password")
    await sends(ana, "/messages/sign-in/", username="", password="not this one")
    await goes_on_in(ana, "username")


@WITH_AND_WITHOUT_SCRIPTS
async def test_after_a_refused_new_message_one_goes_on_in_the_field_that_was_wrong(
    site: Site, person: Opens, scripts: bool
) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.joins()
    await sends(ana, "/messages/", recipient_name="", message="A long letter")
    await goes_on_in(ana, "recipient_name")
    await expect(ana.page.locator("[name=message]")).to_have_value("A long letter")
    await sends(ana, "/messages/", recipient_name="Ben", message=" ")
    await goes_on_in(ana, "message")
    await expect(ana.page.locator("[name=recipient_name]")).to_have_value("Ben")


@WITH_AND_WITHOUT_SCRIPTS
async def test_after_a_refused_form_of_the_account_one_goes_on_in_the_field_that_was_wrong(
    site: Site, person: Opens, scripts: bool
) -> None:
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.joins()
    await sends(ana, "/messages/account/", current_password=PASSWORD, new_password="short")
    await goes_on_in(ana, "new_password")
    await sends(ana, "/messages/account/", current_password="not this one", new_password="one for the road")
    await goes_on_in(ana, "current_password")


async def test_an_error_and_a_hint_do_not_say_the_same(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await sends(ana, "/messages/sign-up/", username="Ana", password="short")
    await expect(ana.page.locator("#password-hint")).to_have_count(0)
    await expect(ana.page.locator("#password")).to_have_accessible_description(
        "Choose a password of 8 to 128 characters."
    )
    await expect(ana.page.locator("#username-hint")).to_be_visible()
    await sends(ana, "/messages/sign-up/", username="a", password=PASSWORD)
    await expect(ana.page.locator("#username-hint")).to_have_count(0)
    await sends(ana, "/messages/sign-up/", username="Ben", password=PASSWORD)
    await expect(ana.page.locator("#username-hint")).to_be_visible()  # it helps with the next name


@WITH_AND_WITHOUT_SCRIPTS
async def test_the_form_says_when_names_are_suggested_where_they_are(person: Opens, scripts: bool) -> None:
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.joins()
    told = ana.page.get_by_text("Type three letters to see suggestions.")
    await expect(told).to_be_visible(visible=scripts)
