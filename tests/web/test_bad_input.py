"""Invalid input gets a clear sentence and has no effect."""

import asyncio
import gzip

import aiohttp
import pytest

from chatserver.config.settings import Config
from tests.support.database import stored
from tests.support.people import Person

MULTIPART = "multipart/form-data; boundary=x"


def part(headers: str) -> bytes:
    """A multipart body of one part."""
    return f"--x\r\n{headers}\r\n\r\nhi\r\n--x--\r\n".encode()


@pytest.mark.parametrize("path", ["/messages/sign-out/", "/messages/language/", "/messages/send_message/"])
async def test_addresses_that_change_something_refuse_get(ana: Person, path: str) -> None:
    assert (await ana.get(f"{path}?language=ru&recipient_name=Ben&message=hi")).status == 405
    assert (await ana.get("/messages/")).status == 200


@pytest.mark.parametrize("thread", ["0", "-1", "999", "9" * 30, "x", "1.0", "１", "%00", "..%2f"])
async def test_an_impossible_thread_id_is_not_found(ana: Person, thread: str) -> None:
    for path in (f"/messages/chat/{thread}/", f"/messages/chat/{thread}/history"):
        assert (await ana.get(path)).status == 404
    for path in (f"/messages/chat/{thread}/", f"/messages/chat/{thread}/read/"):
        assert (await ana.post(path, page="/messages/", message="hi", seq="1")).status == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe=1&message=%FF", "application/x-www-form-urlencoded"),
        (b"message=hi", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"not multipart", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data; name=message\r\n\r\ncut off", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"", "text/plain"),
        (b"&" * 100_000, "application/x-www-form-urlencoded"),
        (part("Content-Disposition: form-data; name=message\r\nContent-Transfer-Encoding: none"), MULTIPART),
        (part("Content-Disposition: form-data; name=message\r\nContent-Type: text/plain; charset=none"), MULTIPART),
        (part("Content-Disposition: form-data; name=_charset_"), MULTIPART),
        (part("Content-Disposition: form-data"), MULTIPART),
        (part("no colon"), MULTIPART),
        (part("Long: " + "x" * 9_000), MULTIPART),
        (part("Content-Disposition: form-data; name=message\r\nContent-Type: multipart/mixed; boundary=y"), MULTIPART),
    ],
)
async def test_a_broken_body_is_refused_in_one_sentence(
    ana: Person, body: bytes, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/messages/send_message/", "/messages/sign-in/", "/messages/language/"):
        async with ana.http.post(path, data=body, headers={"Content-Type": kind}) as response:
            assert 400 <= response.status < 500
            assert "<h1>" in await response.text()
    async with ana.http.post("/messages/send_message_api/1/", data=body, headers={"Content-Type": kind}) as response:
        assert 400 <= response.status < 500
        assert (await response.json())["error"].endswith(".")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("body", [b"not gzip", gzip.compress(b"message=" + b"x" * 5_000_000)], ids=["wrong", "large"])
async def test_a_packed_form_is_refused(ana: Person, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    async with ana.http.post("/messages/sign-in/", data=body, headers=headers) as response:
        assert response.status == 400


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_truncated_form_stores_nothing_and_is_not_a_server_error(
    ana: Person, ben: Person, config: Config, caplog: pytest.LogCaptureFixture, at_once: bool
) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    cookie = ana.http.cookie_jar.filter_cookies(ana.url).output(header="Cookie:")
    head = "POST /messages/send_message/ HTTP/1.1", "Host: x", cookie, "Content-Length: 500"
    body = f"csrf_token={token}&recipient_name=Ben&message=Hel"
    _, writer = await asyncio.open_connection(ana.url.host, ana.url.port)
    writer.write("\r\n".join((*head, "Content-Type: application/x-www-form-urlencoded", "", body)).encode())
    if not at_once:
        await ana.get("/messages/")  # the server waits for the rest by now
    writer.close()
    await writer.wait_closed()
    await ana.get("/messages/")  # it has noticed by now
    assert stored(config) == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_file_in_a_text_field_counts_as_no_text(ana: Person, ben: Person) -> None:
    form = aiohttp.FormData({"csrf_token": (await ana.get("/messages/")).field("csrf_token"), "recipient_name": "Ben"})
    form.add_field("message", b"text of a file", filename="message.txt")
    async with ana.http.post("/messages/send_message/", data=form) as response:
        assert response.status == 400


async def test_a_body_over_131072_bytes_is_too_big(ana: Person) -> None:
    answer = await ana.post_raw("/messages/send_message/", {"message": "x" * 131_073})
    assert answer.status == 413
    assert "This request is too large." in answer.text


async def test_a_missing_page_looks_like_the_other_pages(ana: Person) -> None:
    answer = await ana.get("/messages/nowhere")
    assert answer.status == 404
    assert "There is nothing at this address." in answer.text
    assert "Ana" in answer.text


async def test_an_unsupported_method_is_answered_with_the_allowed_ones(ana: Person) -> None:
    async with ana.http.request("DELETE", "/messages/sign-in/") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD,POST")
