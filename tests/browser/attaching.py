"""What a person does with files at a browser."""

from typing import Any

from playwright.async_api import FilePayload, Locator, expect

from tests.browser.screens import Screen
from tests.support.photos import photo

PHONE: dict[str, Any] = {"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 780}}


def file(name: str, body: bytes, kind: str = "") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": body}


def picture(name: str, color: str = "green") -> FilePayload:
    return file(name, photo(color), "image/jpeg")


def tray(screen: Screen) -> Locator:
    return screen.page.locator("#tray > li")


def pictures(screen: Screen) -> Locator:
    """The pictures of all messages that are shown."""
    return screen.page.locator("#messages .picture img")


async def attaches(screen: Screen, *files: FilePayload) -> None:
    before = await tray(screen).count()
    await screen.page.locator("#composer [name=file]").set_input_files(list(files))
    await expect(tray(screen)).to_have_count(before + len(files))


async def sends(screen: Screen, *files: FilePayload, text: str = "") -> None:
    """Sends a message with files and waits until it is stored."""
    await attaches(screen, *files)
    await screen.writes(text)
    await screen.sees_pending(0)


async def sees_pictures(screen: Screen, number: int) -> None:
    """Waits until so many pictures are shown, each with something to see."""
    await expect(pictures(screen)).to_have_count(number)
    for image in await pictures(screen).all():
        # One of an own message is drawn again once that is stored.
        await image.evaluate("image => image.scrollIntoView({ block: 'center' })")
        await image.evaluate("image => image.decode()")
