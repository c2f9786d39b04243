"""Two pictures from a phone, through a lost network."""

from playwright.async_api import Route, expect

from tests.browser.attaching import PHONE, picture, pictures, sees_pictures, tray
from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.files import opened
from tests.support.photos import CAMERA


async def test_two_pictures_sent_from_a_phone_arrive_once_and_upright_without_their_place(
    site: Site, person: Opens
) -> None:
    ana, ben, cleo = await person("Ana", **PHONE), await person("Ben"), await person("Cleo")
    for screen in (ana, ben, cleo):
        await screen.joins()
    thread = await ana.writes_to("Ben", "Hello")
    chat = f"/messages/chat/{thread}/"

    await ana.page.locator("#composer .attach").tap()
    async with ana.page.expect_file_chooser() as chooser:
        await ana.presses("Choose photos")
    await (await chooser.value).set_files([picture("lake.jpg", "blue"), picture("boat.jpg", "red")])
    await expect(tray(ana)).to_have_count(2)
    await ana.types("At the lake")
    await _loses_the_network_in_the_middle(ana)
    await ana.presses("Send")
    await ana.sees("Connection lost.")
    await ana.sees_pending(1)
    again = await ana.another_tab()
    await ana.page.close()
    await again.page.context.set_offline(False)
    await again.goes_to(chat)
    await again.sees_pending(0)
    await sees_pictures(again, 2)
    await again.fits()

    await ben.page.reload()
    await ben.opens_conversation("Ana")
    await ben.sees_messages("Hello", "At the lake")
    await sees_pictures(ben, 2)
    addresses = [await link.get_attribute("href") for link in await ben.page.locator(".picture a").all()]
    for address, color in zip(addresses, ("blue", "red"), strict=True):
        await _is_upright_and_tells_nothing(ben, str(address), color)
        for stranger in (cleo, await person("Nobody")):
            answer = await stranger.page.request.get(str(address), headers={"Accept": "application/json"})
            assert answer.status == (404 if stranger is cleo else 401)

    await pictures(ben).first.click()
    viewer = ben.page.get_by_role("dialog", name="Pictures")
    await expect(viewer.get_by_role("img", name="lake.jpg")).to_be_visible()
    await ben.page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_role("img", name="boat.jpg")).to_be_visible()
    await ben.page.keyboard.press("Escape")
    await expect(ben.page.locator(".picture a").last).to_be_focused()
    await ben.answers("At the lake", "How lovely")
    await again.sees_messages("Hello", "At the lake", "How lovely")
    await expect(pictures(again)).to_have_count(2)


async def _loses_the_network_in_the_middle(screen: Screen) -> None:
    """After the first of its uploads, nothing gets through."""
    uploads = 0

    async def lose(route: Route) -> None:
        nonlocal uploads
        uploads += 1
        if uploads == 1:
            await route.continue_()
            return
        await screen.page.context.set_offline(True)
        await route.abort()

    await screen.page.route("**/messages/files/*", lose)


async def _is_upright_and_tells_nothing(screen: Screen, address: str, color: str) -> None:
    for size in ("", "?size=small"):
        body = await (await screen.page.request.get(address + size)).body()
        shown = opened(body)
        assert shown.size == (300, 400)
        red, _, blue = shown.convert("RGB").getpixel((150, 50))  # type: ignore[misc]
        assert (red > 200, blue > 200) == (color == "red", color == "blue")
        assert CAMERA.encode() not in body
        assert dict(shown.getexif()) == {}
