"""Nothing that somebody sends as a file runs in another's browser: Chromium proves it."""

import pytest
from playwright.async_api import Error, FilePayload, expect

from tests.browser.attaching import attaches, file, sends
from tests.browser.screens import Screen

RUNS = "document.title = 'it ran'; parent.document.title = 'it ran'; top.ran = true"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUNS}"><script>{RUNS}</script></svg>'.encode()
HTML = f"<!doctype html><title>x</title><script>{RUNS}</script><img src=x onerror='{RUNS}'>".encode()
SCRIPT_IN_A_GIF = b"GIF89a/*\x00\x00\x00\x00\x00\x00*/=1;" + RUNS.encode()

USED_IN_A_PAGE = """async (address) => {
  const use = (tag, fields) => new Promise((resolve) => {
    const element = Object.assign(document.createElement(tag), fields);
    element.onload = element.onerror = ({ type }) => resolve(type);
    document.body.append(element);
    setTimeout(resolve, 2000, 'silence');
  });
  const imported = await import(address).then(() => 'load', () => 'error');
  const script = await use('script', { src: address });
  await use('img', { src: address });
  return [imported, script, window.ran ?? false];
}"""


@pytest.mark.parametrize(
    "hostile",
    [
        file("picture.svg", SVG, "image/svg+xml"),
        file("page.html", HTML, "text/html"),
        file("picture.png", HTML, "text/html"),
        file("picture.xhtml", HTML, "application/xhtml+xml"),
    ],
    ids=lambda hostile: hostile["name"],
)
async def test_nothing_runs_from_the_address_of_a_file(ana: Screen, ben: Screen, hostile: FilePayload) -> None:
    await sends(ben, hostile)
    link = ana.page.locator(".file a")
    address = str(await link.get_attribute("href"))
    async with ana.page.expect_download() as download:
        await link.click()
    assert (await (await download.value).path()).read_bytes() == hostile["buffer"]
    async with ana.page.expect_download():
        with pytest.raises(Error):  # nothing is shown: it is a download here, too
            await ana.page.goto(address)
    assert await ana.page.evaluate(USED_IN_A_PAGE, address) == ["error", "error", False]
    await expect(ana.page).not_to_have_title("it ran")
    ana.troubles.clear()  # the browser's own reports of what it did not run


async def test_a_script_that_looks_like_a_picture_is_refused(ana: Screen, ben: Screen) -> None:
    await attaches(ben, file("script.gif", SCRIPT_IN_A_GIF, "text/javascript"))
    await ben.writes("A picture")
    await expect(ben.page.locator(".refused .message-state")).to_contain_text("This picture is damaged")
    await expect(ana.page.locator("#messages .message-files")).to_have_count(0)
