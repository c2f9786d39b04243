"""Whatever is sent: a clear sentence, nothing lost, nothing half-done."""

import asyncio
import gzip
from uuid import uuid4

import aiohttp
import pytest
from markupsafe import escape

from chatserver.config.settings import Config
from tests.conftest import execute
from tests.support.people import Person

MULTIPART = "multipart/form-data; boundary=x"
LETTER = {"recipient_name": "Ben", "message": "a long letter"}


def part(headers: str) -> bytes:
    """A multipart body of one part."""
    return f"--x\r\n{headers}\r\n\r\nhi\r\n--x--\r\n".encode()


def stored(config: Config) -> int:
    assert config.database_url is not None
    return int(
        execute(config.database_url, "select (select count(*) from threads) + (select count(*) from messages)")[0][0]
    )


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "ü"])
async def test_a_wrong_token_is_refused_with_the_same_page_and_what_was_typed(
    ana: Person, ben: Person, config: Config, token: str
) -> None:
    answer = await ana.post_raw("/messages/send_message/", {"csrf_token": token, **LETTER})
    assert answer.status == 403
    assert answer.alert.startswith("This form has expired.")
    assert "a long letter" in answer.text
    assert 'value="Ben"' in answer.text
    assert stored(config) == 0


async def test_one_persons_token_is_of_no_use_to_another(ana: Person, ben: Person) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    assert (await ben.post_raw("/messages/send_message/", {"csrf_token": token, **LETTER})).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_form_is_refused_even_with_a_right_token(
    ana: Person, ben: Person, config: Config, headers: dict[str, str]
) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    answer = await ana.post_raw("/messages/send_message/", {"csrf_token": token, **LETTER}, headers=headers)
    assert (answer.status, stored(config)) == (403, 0)


@pytest.mark.parametrize(
    ("changes", "status", "alert"),
    [
        ({"message": ""}, 400, "Write something first: the message is empty."),
        ({"message": " \r\n\u2003 "}, 400, "Write something first: the message is empty."),
        ({"message": "x" * 10_001}, 413, "This message is too long. The limit is 10,000 characters."),
        ({"message": "a\0b"}, 400, "This text contains characters that can’t be stored."),
        ({"recipient_name": "Nobody"}, 404, "Nobody here has this name. Check the spelling."),
        ({"recipient_name": ""}, 400, "Enter the name of the person you’re writing to."),
        ({"recipient_name": " \u3000, "}, 400, "Enter the name of the person you’re writing to."),
        ({"recipient_name": "", "message": ""}, 400, "Enter the name of the person you’re writing to."),
        ({"recipient_name": "Ben, Cleo"}, 400, "Enter one name only. Names have no spaces or commas."),
        ({"recipient_name": "Ben Cleo"}, 400, "Enter one name only. Names have no spaces or commas."),
        ({"recipient_name": "Ben;Cleo"}, 400, "Enter one name only. Names have no spaces or commas."),
        ({"recipient_name": "Ben、Cleo"}, 400, "Enter one name only. Names have no spaces or commas."),
        ({"recipient_name": "x" * 500}, 404, "Nobody here has this name. Check the spelling."),
        ({"recipient_name": "<b>x</b>"}, 404, "Nobody here has this name. Check the spelling."),
        ({"recipient_name": "Ana"}, 400, "You can’t message yourself. Choose someone else."),
        ({"client_id": "not a uuid"}, 400, "We couldn’t read this request. Reload the page and try again."),
    ],
)
async def test_a_letter_that_cannot_be_sent_comes_back_with_its_reason(
    ana: Person, ben: Person, config: Config, changes: dict[str, str], status: int, alert: str
) -> None:
    letter = LETTER | changes
    answer = await ana.post("/messages/send_message/", page="/messages/", **letter)
    assert answer.status == status
    assert answer.alert.startswith(alert)
    assert stored(config) == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"csrf_token": "wrong"}, 403),
        ({"client_id": '"><b>'}, 400),
        ({"message": "\n</textarea><script>alert(1)</script>\n\u202e😀" + "x" * 10_000}, 413),
    ],
)
async def test_a_refused_message_stays_in_the_box_of_the_chat_as_it_was_typed(
    ana: Person, ben: Person, changes: dict[str, str], status: int
) -> None:
    chat = f"/messages/chat/{await ana.writes_to(ben)}/"
    page = await ana.get(chat)
    fields = (
        {name: page.field(name) for name in ("csrf_token", "client_id")} | {"message": "\n<b> & \u202e😀"} | changes
    )
    answer = await ana.post_raw(chat, fields)
    assert answer.status == status
    assert answer.alert
    # A browser leaves out the first line end in a textarea.
    assert f">\n{escape(fields['message'])}</textarea>" in answer.text
    assert len((await ana.json(f"{chat}history"))["messages"]) == 1


@pytest.mark.parametrize("text", ["x" * 10_000, "😀" * 10_000, " \r\n" + "ю" * 10_000 + "\r\n"])
async def test_ten_thousand_characters_fit_into_the_form(ana: Person, ben: Person, text: str) -> None:
    chat = f"/messages/chat/{await ana.writes_to(ben)}/"
    assert (await ana.post(chat, message=text, client_id=str(uuid4()))).status == 303
    assert (await ana.json(f"{chat}history"))["messages"][1]["text"] == text.strip()


@pytest.mark.parametrize("path", ["/messages/sign-out/", "/messages/language/", "/messages/chat/1/read/"])
async def test_without_the_right_token_nothing_is_done(ana: Person, ben: Person, path: str) -> None:
    await ben.writes_to(ana)
    answer = await ana.post_raw(path, {"csrf_token": "wrong", "language": "ru", "next": "/messages/", "seq": "1"})
    assert answer.status == 403
    assert "This form has expired." in answer.text
    assert answer.field("next") in {"/messages/", "/messages/chat/1/"}  # where the next choice of a language leads
    page = await ana.get("/messages/")
    assert 'lang="en"' in page.text
    assert 'data-unread="1"' in page.text


@pytest.mark.parametrize(
    ("origin", "page", "leads_back"),
    [
        ("", "/messages/account/?done=zone", True),
        ("", "/messages/", False),
        ("", "//evil.example/", False),
        ("https://evil.example", "/messages/account/", False),
    ],
)
async def test_a_form_refused_on_a_page_of_its_own_leads_back_to_where_it_was(
    ana: Person, origin: str, page: str, leads_back: bool
) -> None:
    headers = {"Referer": f"{origin or ana.url.origin()}{page}"}
    answer = await ana.post_raw("/messages/theme/", {"csrf_token": "old", "theme": "dark"}, headers=headers)
    assert answer.status == 403
    assert ("Go back" in answer.text) is leads_back
    assert (f'href="{page}">Go back' in answer.text) is leads_back


@pytest.mark.parametrize("path", ["/messages/sign-out/", "/messages/language/", "/messages/send_message/"])
async def test_what_changes_something_takes_no_get(ana: Person, path: str) -> None:
    assert (await ana.get(f"{path}?language=ru&recipient_name=Ben&message=hi")).status == 405
    assert (await ana.get("/messages/")).status == 200


async def test_the_same_id_in_another_thread_is_refused_and_the_next_try_gets_another(
    ana: Person, ben: Person, cleo: Person
) -> None:
    letter = {"message": "hi", "client_id": str(uuid4())}
    assert (await ana.post("/messages/send_message/", page="/messages/", recipient_name="Ben", **letter)).status == 303
    refused = await ana.post("/messages/send_message/", page="/messages/", recipient_name="Cleo", **letter)
    assert refused.status == 409
    assert refused.field("client_id") != letter["client_id"]


@pytest.mark.parametrize("thread", ["0", "-1", "999", "9" * 30, "x", "1.0", "１", "%00", "..%2f"])
async def test_a_thread_that_cannot_be_is_not_found(ana: Person, thread: str) -> None:
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
async def test_a_broken_body_is_refused_with_a_sentence(
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


async def test_a_body_that_is_not_packed_as_it_says_is_refused(ana: Person) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    async with ana.http.post("/messages/sign-in/", data=b"not gzip", headers=headers) as response:
        assert response.status == 400


async def test_a_body_that_unpacks_to_more_than_fits_is_too_big(ana: Person) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    body = gzip.compress(b"message=" + b"x" * 5_000_000)
    async with ana.http.post("/messages/sign-in/", data=body, headers=headers) as response:
        assert response.status == 413


@pytest.mark.parametrize("at_once", [True, False])
async def test_who_leaves_in_the_middle_of_a_form_sends_nothing_and_is_no_failure_of_the_server(
    ana: Person, ben: Person, config: Config, caplog: pytest.LogCaptureFixture, at_once: bool
) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    cookie = ana.http.cookie_jar.filter_cookies(ana.url).output(header="Cookie:")
    head = "POST /messages/send_message/ HTTP/1.1", "Host: x", cookie, "Content-Length: 500"
    body = f"csrf_token={token}&recipient_name=Ben&message=Hel"
    _, writer = await asyncio.open_connection(ana.url.host, ana.url.port)
    writer.write("\r\n".join((*head, "Content-Type: application/x-www-form-urlencoded", "", body)).encode())
    if not at_once:
        await ana.get("/messages/")  # by now the server waits for the rest
    writer.close()
    await writer.wait_closed()
    await ana.get("/messages/")  # and by now it has noticed
    assert stored(config) == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_file_where_a_text_is_expected_is_no_text(ana: Person, ben: Person) -> None:
    form = aiohttp.FormData({"csrf_token": (await ana.get("/messages/")).field("csrf_token"), "recipient_name": "Ben"})
    form.add_field("message", b"text of a file", filename="message.txt")
    async with ana.http.post("/messages/send_message/", data=form) as response:
        assert response.status == 400


async def test_a_body_over_131072_bytes_is_too_big(ana: Person) -> None:
    answer = await ana.post_raw("/messages/send_message/", {"message": "x" * 131_073})
    assert answer.status == 413
    assert "This request is too large." in answer.text


async def test_an_address_that_is_not_there_is_answered_in_the_same_clothes(ana: Person) -> None:
    answer = await ana.get("/messages/nowhere")
    assert answer.status == 404
    assert "There is nothing at this address." in answer.text
    assert "Ana" in answer.text


async def test_a_method_that_is_not_taken_says_which_are(ana: Person) -> None:
    async with ana.http.request("DELETE", "/messages/sign-in/") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD,POST")
