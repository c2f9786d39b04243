"""A refused form: which field has the focus, and what it says, with and without scripts."""

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


async def has_focus_in(ana: Screen, name: str) -> None:
    await expect(ana.page.locator(f"main [name={name}]")).to_be_focused()


@WITH_AND_WITHOUT_SCRIPTS
async def test_a_refused_sign_up_focuses_the_wrong_field(site: Site, person: Opens, scripts: bool) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.goes_to("/messages/sign-up/")
    await has_focus_in(ana, "username")
    await sends(ana, "/messages/sign-up/", username="Ana", password="short")
    await has_focus_in(ana, "password")
    await expect(ana.page.locator("[name=username]")).to_have_value("Ana")
    await sends(ana, "/messages/sign-up/", username="Ana", password="password123")
    await has_focus_in(ana, "password")
    await sends(ana, "/messages/sign-up/", username="a", password=PASSWORD)
    await has_focus_in(ana, "username")
    await sends(ana, "/messages/sign-up/", username="Ben", password=PASSWORD)
    await has_focus_in(ana, "username")


@WITH_AND_WITHOUT_SCRIPTS
async def test_a_refused_sign_in_focuses_the_field_to_correct(site: Site, person: Opens, scripts: bool) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.goes_to("/messages/sign-in/")
    await has_focus_in(ana, "username")
    await sends(ana, "/messages/sign-in/", username="Ben", password="not this one")
    await has_focus_in(ana, "password")
    await sends(ana, "/messages/sign-in/", username="", password="not this one")
    await has_focus_in(ana, "username")


@WITH_AND_WITHOUT_SCRIPTS
async def test_a_refused_new_message_focuses_the_wrong_field(site: Site, person: Opens, scripts: bool) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.joins()
    await sends(ana, "/messages/", recipient_name="", message="A long letter")
    await has_focus_in(ana, "recipient_name")
    await expect(ana.page.locator("[name=message]")).to_have_value("A long letter")
    await sends(ana, "/messages/", recipient_name="Ben", message=" ")
    await has_focus_in(ana, "message")
    await expect(ana.page.locator(".name-chip bdi" if scripts else "[name=recipient_name][value=Ben]")).to_have_count(1)


@WITH_AND_WITHOUT_SCRIPTS
async def test_a_refused_account_form_focuses_the_wrong_field(site: Site, person: Opens, scripts: bool) -> None:
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.joins()
    await sends(ana, "/messages/account/", current_password=PASSWORD, new_password="short")
    await has_focus_in(ana, "new_password")
    await sends(ana, "/messages/account/", current_password="not this one", new_password="one for the road")
    await has_focus_in(ana, "current_password")


async def test_an_error_replaces_a_hint_that_says_the_same(site: Site, person: Opens) -> None:
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
async def test_the_form_says_when_names_are_suggested_only_where_they_are(person: Opens, scripts: bool) -> None:
    ana = await person("Ana", java_script_enabled=scripts)
    await ana.joins()
    hint = ana.page.get_by_text("Type three letters to see suggestions.")
    await expect(hint).to_be_visible(visible=scripts)
