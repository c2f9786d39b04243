"""Nothing runs from a file's address, whatever was uploaded."""

import base64

import pytest
from playwright.async_api import Error, expect

from tests.browser.site import Opens
from tests.support.files import picture

SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
PAGE = b"<!DOCTYPE html><script>alert(1)</script><img src=x onerror=alert(1)>"
UPLOAD = """async ([content, type, name]) => {
  const body = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const token = document.querySelector('[name=csrf_token]').value;
  const id = crypto.randomUUID();
  const headers = { 'X-CSRF-Token': token, 'X-File-Name': name, 'Content-Type': type };
  const answer = await fetch(`/messages/files/${id}`, { method: 'PUT', body, headers });
  return answer.status === 201 ? `/messages/files/${id}` : answer.status;
}"""


async def test_pages_and_drawings_are_saved_and_pictures_hold_nothing_else(person: Opens) -> None:
    ana = await person("Ana")
    await ana.joins()
    for content, type_, name in ((PAGE, "text/html", "a.html"), (SCRIPT, "image/svg+xml", "a.svg")):
        address = await ana.page.evaluate(UPLOAD, [base64.b64encode(content).decode(), type_, name])
        async with ana.page.expect_download() as saved:
            with pytest.raises(Error, match="Download is starting"):  # so playwright says that it leads to no page
                await ana.page.goto(address)
        assert (await saved.value).suggested_filename == name
    sent = base64.b64encode(picture("GIF") + PAGE).decode()
    address = await ana.page.evaluate(UPLOAD, [sent, "text/html", "a.html"])
    await ana.page.goto(address)
    await expect(ana.page.locator("img")).to_have_count(1)
    assert await ana.page.evaluate("document.contentType") == "image/webp"
    assert await ana.page.evaluate("document.scripts.length") == 0
    assert [trouble for trouble in ana.troubles if "dialog" in trouble] == []
    ana.troubles.clear()  # the browser's own page around a picture may want styles
