"""The site's own name, logo and color, as a browser shows them."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect

from chatserver.config.settings import Config
from tests.browser.site import Opens, Site

PHONE = {"width": 320, "height": 568}
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 28"><rect width="64" height="28" fill="#8a2be2"/></svg>'


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    logo = tmp_path / "logo.svg"
    logo.write_text(LOGO)
    return replace(
        config,
        site_name="A name of a site that is forty long, oh",
        site_url="https://acme.example/",
        site_logo=str(logo),
        accent=("#8a2be2",),
        support="help@acme.example",
    )


@pytest.mark.parametrize(
    ("options", "colour"),
    [
        ({"color_scheme": "light", "locale": "en-US"}, "rgb(138, 43, 226)"),
        ({"color_scheme": "light", "locale": "ru-RU", "viewport": {"width": 770, "height": 800}}, "rgb(138, 43, 226)"),
        ({"color_scheme": "dark", "locale": "ru-RU", "viewport": PHONE}, "rgb(185, 128, 238)"),
    ],
    ids=["light-en-wide", "light-ru-tablet", "dark-ru-phone"],
)
async def test_every_page_in_the_sites_color_is_accessible_and_fits(
    site: Site, person: Opens, options: dict[str, object], colour: str
) -> None:
    await site.has("Ben")
    ana = await person("Ana", **options)
    for path in ("/messages/sign-in/", "/messages/sign-up/", "/messages/nowhere"):
        await ana.goes_to(path)
        await expect(ana.page.locator("main .button.primary")).to_have_css("background-color", colour)
        await expect(ana.page.locator(".brand img")).to_have_js_property("complete", value=True)
        assert await ana.page.locator(".brand img").evaluate("(logo) => logo.naturalWidth") > 0
        await ana.is_accessible()
        await ana.fits()
    await ana.joins()
    await ana.goes_to("/messages/#new-message")
    await ana.fills_in(recipient_name="Ben", message="See https://example.org/ and\nmore")
    await ana.page.locator("#new-message .primary").click()
    await expect(ana.page.locator(".message-text a")).to_have_css("color", colour)
    await ana.is_accessible()
    await ana.fits()
    await ana.goes_to("/messages/")
    await ana.page.locator("[popovertarget=menu]").click()
    await expect(ana.page.locator("#menu a[href^=https]")).to_be_visible()
    await ana.is_accessible()
    await ana.fits()
