"""A refused form gives a clear sentence and keeps the typed text."""

from uuid import uuid4

import pytest
from markupsafe import escape

from chatserver.config.settings import Config
from tests.support.database import stored
from tests.support.people import Person

LETTER = {"recipient_name": "Ben", "message": "a long letter"}


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "ü"])
async def test_a_wrong_token_returns_the_same_page_with_the_typed_text(
    ana: Person, ben: Person, config: Config, token: str
) -> None:
    answer = await ana.post_raw("/messages/send_message/", {"csrf_token": token, **LETTER})
    assert answer.status == 403
    assert answer.alert.startswith("This form has expired.")
    assert "a long letter" in answer.text
    assert 'value="Ben"' in answer.text
    assert stored(config) == 0


async def test_a_users_token_does_not_work_for_another_user(ana: Person, ben: Person) -> None:
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
async def test_a_message_that_cannot_be_sent_is_returned_with_the_reason(
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
async def test_a_refused_message_stays_in_the_box_as_it_was_typed(
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
    # Browsers drop the first line end in a textarea.
    assert f">\n{escape(fields['message'])}</textarea>" in answer.text
    assert len((await ana.json(f"{chat}history"))["messages"]) == 1


@pytest.mark.parametrize("text", ["x" * 10_000, "😀" * 10_000, " \r\n" + "ю" * 10_000 + "\r\n"])
async def test_ten_thousand_characters_fit_into_the_form(ana: Person, ben: Person, text: str) -> None:
    chat = f"/messages/chat/{await ana.writes_to(ben)}/"
    assert (await ana.post(chat, message=text, client_id=str(uuid4()))).status == 303
    assert (await ana.json(f"{chat}history"))["messages"][1]["text"] == text.strip()


@pytest.mark.parametrize("path", ["/messages/sign-out/", "/messages/language/", "/messages/chat/1/read/"])
async def test_every_form_requires_the_right_token(ana: Person, ben: Person, path: str) -> None:
    await ben.writes_to(ana)
    answer = await ana.post_raw(path, {"csrf_token": "wrong", "language": "ru", "next": "/messages/", "seq": "1"})
    assert answer.status == 403
    assert "This form has expired." in answer.text
    assert answer.field("next") in {"/messages/", "/messages/chat/1/"}  # choosing a language leads back to it
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
async def test_a_form_refused_on_an_error_page_leads_back_to_its_page(
    ana: Person, origin: str, page: str, leads_back: bool
) -> None:
    headers = {"Referer": f"{origin or ana.url.origin()}{page}"}
    answer = await ana.post_raw("/messages/theme/", {"csrf_token": "old", "theme": "dark"}, headers=headers)
    assert answer.status == 403
    assert ("Go back" in answer.text) is leads_back
    assert (f'href="{page}">Go back' in answer.text) is leads_back


async def test_the_same_id_in_another_thread_is_refused_and_the_next_form_has_a_new_one(
    ana: Person, ben: Person, cleo: Person
) -> None:
    letter = {"message": "hi", "client_id": str(uuid4())}
    assert (await ana.post("/messages/send_message/", page="/messages/", recipient_name="Ben", **letter)).status == 303
    refused = await ana.post("/messages/send_message/", page="/messages/", recipient_name="Cleo", **letter)
    assert refused.status == 409
    assert refused.field("client_id") != letter["client_id"]
