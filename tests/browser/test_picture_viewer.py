"""Pictures one at a time, over the page."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.attaching import PHONE, attaches, file, picture, pictures, sees_pictures, sends
from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.photos import moving


@pytest.mark.parametrize("options", [{"reduced_motion": "reduce"}])
async def test_what_moves_stands_still_for_those_who_wish_so(ana: Screen, ben: Screen, options: dict[str, Any]) -> None:
    del options
    await sends(ben, file("wave.gif", moving(), "image/gif"))
    await sees_pictures(ana, 1)
    shown = "image => image.currentSrc"
    assert (await pictures(ana).evaluate(shown)).endswith("?size=small")
    await sees_pictures(ben, 1)
    await pictures(ana).click()
    viewed = ana.page.locator(".viewer img")
    await ana.page.get_by_role("button", name="Play").click()
    assert not (await viewed.evaluate(shown)).endswith("?size=small")


async def test_nothing_jumps_when_a_picture_comes_and_it_opens_in_full(ana: Screen, ben: Screen) -> None:
    await sends(ben, picture("lake.jpg"))
    free = asyncio.Event()

    async def hold(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await ana.page.route("**/messages/files/*", hold)
    await ana.page.reload(wait_until="domcontentloaded")
    before = await pictures(ana).bounding_box()
    assert before is not None
    assert (before["width"], before["height"]) == (240, 320)
    free.set()
    await sees_pictures(ana, 1)
    assert await pictures(ana).bounding_box() == before
    await pictures(ana).click()
    await expect(ana.page.get_by_role("dialog", name="Pictures")).to_be_visible()
    await ana.is_accessible()
    await ana.page.keyboard.press("+")
    await expect(ana.page.locator(".viewer .enlarged")).to_be_visible()
    async with ana.page.expect_download() as download:
        await ana.page.get_by_role("link", name="Download").click()
    assert (await download.value).suggested_filename.startswith("lake")


async def test_fingers_lead_through_the_pictures_enlarge_them_and_lead_back(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", **PHONE)
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await attaches(ana, picture("lake.jpg"), picture("boat.jpg"))
    await ana.presses("Send")
    await sees_pictures(ana, 2)
    await ana.sees_pending(0)
    devtools = await ana.page.context.new_cdp_session(ana.page)

    async def draws(*steps: list[tuple[int, int]]) -> None:
        """Puts fingers down at the first places, moves them to the others, and lifts them."""
        for type_, places in [("touchStart", steps[0]), *(("touchMove", step) for step in steps[1:]), ("touchEnd", [])]:
            points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
            await devtools.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": points})

    viewer = ana.page.get_by_role("dialog", name="Pictures")
    enlarged = viewer.locator(".enlarged")
    await pictures(ana).first.tap()
    await expect(viewer.get_by_role("img", name="lake.jpg")).to_be_visible()
    await draws([(300, 740)], [(200, 745)], [(100, 740)])  # below the picture
    await expect(viewer.get_by_role("img", name="boat.jpg")).to_be_visible()
    await draws([(100, 400)], [(200, 400)], [(300, 405)])
    await expect(viewer.get_by_role("img", name="lake.jpg")).to_be_visible()
    await draws([(180, 400), (220, 400)], [(140, 400), (260, 400)], [(90, 400), (310, 400)])
    await expect(enlarged).to_be_visible()
    before = await enlarged.bounding_box()
    await draws([(300, 400)], [(200, 380)], [(100, 360)])
    after = await enlarged.bounding_box()
    assert before is not None
    assert after is not None
    assert (round(after["x"] - before["x"]), round(after["y"] - before["y"])) == (-200, -40)
    await expect(viewer.get_by_role("img", name="lake.jpg")).to_be_visible()
    await draws([(90, 400), (310, 400)], [(140, 400), (260, 400)], [(195, 400), (200, 400)])
    await expect(enlarged).to_have_count(0)
    await draws([(200, 300)], [(205, 400)], [(200, 500)])
    await expect(viewer).to_have_count(0)
    await expect(ana.page.locator(".picture a").first).to_be_focused()
