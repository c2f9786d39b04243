"""The API for other programs."""

from typing import Any
from uuid import uuid4

import pytest
from yarl import URL

from tests.support.people import Person
from tests.support.servers import API_KEY, Serve


async def ask(person: Person, thread: object, **fields: Any) -> tuple[int, Any]:
    async with person.http.post(f"/messages/send_message_api/{thread}/", data=fields) as response:
        return response.status, await response.json()


async def test_a_program_sends_for_a_participant_and_the_other_sees_it(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ben.socket()
    assert await ask(ana, thread, api_key=API_KEY, sender_id=ana.id, message="by API") == (
        200,
        {"status": "ok", "seq": 2},
    )
    assert (await socket.receives("message"))["text"] == "by API"


async def test_json_works_like_a_form_and_the_same_id_is_one_message(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    fields = {"api_key": API_KEY, "sender_id": ana.id, "message": "once", "client_id": str(uuid4())}
    for _ in range(2):
        async with ana.http.post(f"/messages/send_message_api/{thread}/", json=fields) as response:
            assert await response.json() == {"status": "ok", "seq": 2}


async def test_the_same_id_with_another_text_is_refused(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    fields = {"api_key": API_KEY, "sender_id": ana.id, "client_id": str(uuid4())}
    await ask(ana, thread, message="one text", **fields)
    status, answer = await ask(ana, thread, message="another", **fields)
    assert (status, answer["code"]) == (409, "duplicate_id")


async def test_ten_thousand_escaped_emoji_fit(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    fields = {"api_key": API_KEY, "sender_id": ana.id, "message": "😀" * 10_000}
    async with ana.http.post(f"/messages/send_message_api/{thread}/", json=fields) as response:
        assert (response.status, (await response.json())["status"]) == (200, "ok")


GOOD = {"api_key": API_KEY, "sender_id": "ana", "message": "hi"}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"api_key": "wrong"}, 403, "wrong_key"),
        ({"api_key": ""}, 403, "wrong_key"),
        ({"message": ""}, 400, "no_text"),
        ({"message": " \n\u2003"}, 400, "no_text"),
        ({"message": "x" * 10_001}, 413, "too_long"),
        ({"message": "a\0b"}, 400, "bad_text"),
        ({"sender_id": "999"}, 404, "no_such_user"),
        ({"sender_id": "-1"}, 404, "no_such_user"),
        ({"sender_id": "x"}, 404, "no_such_user"),
        ({"sender_id": "9" * 30}, 404, "no_such_user"),
        ({"sender_id": "cleo"}, 404, "no_such_thread"),  # not a participant
        ({"thread": 999}, 404, "no_such_thread"),
        ({"thread": "-1"}, 404, "no_such_thread"),
        ({"thread": "9" * 30}, 404, "no_such_thread"),
        ({"thread": "x"}, 404, "no_such_thread"),
        ({"client_id": "not a uuid"}, 400, "bad_frame"),
    ],
)
async def test_each_error_has_its_sentence_and_code(
    ana: Person, ben: Person, cleo: Person, changes: dict[str, Any], status: int, code: str
) -> None:
    fields = {"thread": await ana.writes_to(ben)} | GOOD | changes
    ids = {"ana": ana.id, "cleo": cleo.id}
    fields["sender_id"] = str(ids.get(fields["sender_id"], fields["sender_id"]))
    answered, answer = await ask(ana, fields.pop("thread"), **fields)
    assert (answered, answer["code"]) == (status, code)
    assert answer["error"].endswith(".")
    assert answer.keys() == {"error", "code"}


@pytest.mark.parametrize("given", ["", "wrong"])
async def test_where_no_key_is_set_none_is_right(ana: Person, serve: Serve, given: str) -> None:
    url = await serve(port=0, api_key="")
    fields = {"api_key": given, "sender_id": ana.id, "message": "hi"}
    async with ana.http.post(url.join(URL("/messages/send_message_api/1/")), json=fields) as response:
        assert (response.status, (await response.json())["code"]) == (403, "wrong_key")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_post_is_accepted(ana: Person, method: str) -> None:
    async with ana.http.request(method, "/messages/send_message_api/1/") as response:
        assert (response.status, (await response.json())["code"]) == (405, "not_post")
        assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"\xff", b'{"message": "\xff"}', b"[" * 100_000])
async def test_a_body_that_is_not_a_json_object_is_refused(ana: Person, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with ana.http.post("/messages/send_message_api/1/", data=body, headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (400, "bad_frame")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("message", 5, "bad_text"),
        ("message", None, "bad_text"),
        ("message", "\ud800", "bad_text"),
        ("sender_id", True, "no_such_user"),
        ("sender_id", 1.5, "no_such_user"),
        ("api_key", None, "wrong_key"),
        ("api_key", ["x"], "wrong_key"),
        ("client_id", 7, "bad_frame"),
    ],
)
async def test_values_of_the_wrong_kind_are_refused(
    ana: Person, ben: Person, field: str, value: Any, code: str
) -> None:
    thread = await ana.writes_to(ben)
    fields = {"api_key": API_KEY, "sender_id": ana.id, "message": "hi"} | {field: value}
    async with ana.http.post(f"/messages/send_message_api/{thread}/", json=fields) as response:
        assert (await response.json())["code"] == code
        assert response.status < 500


async def test_the_sentence_is_in_the_callers_language(ana: Person) -> None:
    async with ana.http.post("/messages/send_message_api/1/", headers={"Accept-Language": "ru"}) as response:
        assert (await response.json())["error"] == "Неверный ключ API."
