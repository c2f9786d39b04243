"""A program sends for a participant, as the participant would, and marks as read."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.database import stored
from tests.support.people import Person
from tests.support.programs import Program, known_as


def message(**changes: Any) -> dict[str, Any]:
    return {"sender": "ana-1", "text": "by API", "client_id": str(uuid4())} | changes


async def test_what_a_program_sends_reaches_the_other_at_once(
    shop: Program, chat: int, ana: Person, ben: Person
) -> None:
    at_ben, sent = await ben.socket(), message(client_id=str(uuid4()).upper())
    answer = await shop.post(f"threads/{chat}/messages", sent)
    heard = await at_ben.receives("message")
    assert answer.status == 200
    assert answer.body == {"id": sent["client_id"].lower(), "seq": 2, "at": heard["at"]}
    assert (heard["id"], heard["text"], heard["sender"]["id"]) == (answer.body["id"], "by API", ana.id)


async def test_the_same_message_again_is_the_same_message(shop: Program, chat: int, config: Config) -> None:
    sent = message()
    first = await shop.post(f"threads/{chat}/messages", sent)
    before = stored(config)
    again = await shop.post(f"threads/{chat}/messages", sent | {"reply": 900})
    assert (again.status, again.body) == (200, first.body)
    assert stored(config) == before


async def test_a_used_id_with_another_text_or_in_another_thread_is_refused(
    shop: Program, chat: int, ana: Person, cleo: Person
) -> None:
    other, sent = await ana.writes_to(cleo), message()
    assert (await shop.post(f"threads/{chat}/messages", sent)).status == 200
    assert (await shop.post(f"threads/{chat}/messages", sent | {"text": "another"})).refusal == (409, "duplicate_id")
    assert (await shop.post(f"threads/{other}/messages", sent)).refusal == (409, "duplicate_id")


async def test_an_answer_names_its_original(shop: Program, chat: int, ben: Person) -> None:
    at_ben = await ben.socket()
    assert (await shop.post(f"threads/{chat}/messages", message(reply=1))).status == 200
    assert (await at_ben.receives("message"))["reply"] == 1
    assert (await shop.post(f"threads/{chat}/messages", message(reply=None))).status == 200
    for nothing in (0, -1, 99, 10**30, -(10**30)):
        answer = await shop.post(f"threads/{chat}/messages", message(reply=nothing))
        assert answer.refusal == (404, "no_such_message")


MISSING = object()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"sender": MISSING}, (400, "bad_frame")),
        ({"sender": None}, (400, "bad_frame")),
        ({"sender": 1}, (400, "bad_frame")),
        ({"sender": ["ana-1"]}, (400, "bad_frame")),
        ({"sender": "a/b"}, (400, "bad_sub")),
        ({"sender": ".."}, (400, "bad_sub")),
        ({"sender": ""}, (400, "bad_sub")),
        ({"sender": "x" * 256}, (400, "bad_sub")),
        ({"sender": "ana-1\n"}, (400, "bad_sub")),
        ({"sender": "nobody"}, (404, "no_such_user")),
        ({"sender": "ANA-1"}, (404, "no_such_user")),
        ({"text": MISSING}, (400, "bad_frame")),
        ({"text": None}, (400, "bad_frame")),
        ({"text": 5}, (400, "bad_frame")),
        ({"text": ""}, (400, "no_text")),
        ({"text": " \n\u2003"}, (400, "no_text")),
        ({"text": "x" * 10_001}, (413, "too_long")),
        ({"text": "a\0b"}, (400, "bad_text")),
        ({"text": "\ud800"}, (400, "bad_text")),
        ({"client_id": MISSING}, (400, "bad_frame")),
        ({"client_id": None}, (400, "bad_frame")),
        ({"client_id": "no uuid"}, (400, "bad_frame")),
        ({"client_id": 7}, (400, "bad_frame")),
        ({"reply": "1"}, (400, "bad_frame")),
        ({"reply": 1.0}, (400, "bad_frame")),
        ({"reply": True}, (400, "bad_frame")),
    ],
)
async def test_each_mistake_has_its_code(
    shop: Program, chat: int, config: Config, changes: dict[str, Any], refusal: tuple[int, str]
) -> None:
    before = stored(config)
    body = {name: value for name, value in message(**changes).items() if value is not MISSING}
    answer = await shop.post(f"threads/{chat}/messages", body)
    assert answer.refusal == refusal
    assert answer.body.keys() == {"error", "code"}
    assert answer.body["error"].endswith((".", ":"))
    assert stored(config) == before


@pytest.mark.parametrize("thread", ["0", "-1", "999", "x", "1.5", "9" * 30, "%31%00", "1%2F2"])
async def test_a_thread_that_is_not_there_is_said_to_be_none(shop: Program, chat: int, thread: str) -> None:
    assert (await shop.post(f"threads/{thread}/messages", message())).refusal == (404, "no_such_thread")
    assert (await shop.post(f"threads/{thread}/read", {"user": "ana-1", "seq": 1})).refusal == (404, "no_such_thread")
    for path in ("", "/messages", "/changes"):
        assert (await shop.get(f"threads/{thread}{path}")).refusal == (404, "no_such_thread")


async def test_somebody_who_takes_no_part_is_answered_as_if_there_were_nothing(
    shop: Program, chat: int, cleo: Person, config: Config
) -> None:
    sub = known_as(config, cleo, "cleo-3")
    there = await shop.post(f"threads/{chat}/messages", message(sender=sub))
    nowhere = await shop.post(f"threads/{chat + 1}/messages", message(sender=sub))
    assert (there.status, there.body) == (nowhere.status, nowhere.body)
    assert (await shop.post(f"threads/{chat}/read", {"user": sub, "seq": 1})).refusal == (404, "no_such_thread")


async def test_nothing_is_sent_for_somebody_who_is_blocked_or_disabled(
    shop: Program, chat: int, ana: Person, ben: Person, config: Config
) -> None:
    assert (await shop.post(f"threads/{chat}/messages", message())).status == 200
    await ben.post("/messages/block/", page=f"/messages/chat/{chat}/", user=str(ana.id), next="/messages/")
    answer = await shop.post(f"threads/{chat}/messages", message())
    assert answer.refusal == (403, "accepts_no_messages")
    await chatserver(config, "user", "disable", "Ana")
    assert (await shop.post(f"threads/{chat}/messages", message())).refusal == (404, "no_such_user")


async def test_what_is_sent_for_somebody_who_came_anew_is_sent_from_the_new_account(
    shop: Program, chat: int, ben: Person, config: Config
) -> None:
    assert (await shop.post(f"threads/{chat}/messages", message())).status == 200
    await chatserver(config, "user", "erase", "Ana", "--yes")
    assert (await shop.post(f"threads/{chat}/messages", message())).refusal == (404, "no_such_user")
    created = await shop.call("PUT", "users/ana-1", {"name": "Anna"})
    pair = (await shop.post("pairs", {"people": ["ana-1", "ben-2"]})).body["id"]
    at_ben = await ben.socket()
    assert (await shop.post(f"threads/{pair}/messages", message())).status == 200
    assert (await at_ben.receives("message"))["sender"]["id"] == created.body["id"]
    assert (await shop.post(f"threads/{chat}/messages", message())).refusal == (404, "no_such_thread")


async def test_calls_are_not_rated(serve: Any, shop: Program, chat: int, config: Config) -> None:
    url = await serve(port=0, messages_per_second=0.001, messages_burst=1)
    for number in range(5):
        path = url.join(url.with_path(f"/messages/api/v1/threads/{chat}/messages"))
        async with shop.http.post(path, json=message(text=f"number {number}")) as response:
            assert response.status == 200


async def test_a_body_of_a_mebibyte_is_read_and_no_more(shop: Program, chat: int) -> None:
    room = 2**20 - len(message_bytes(""))
    for padding, status in ((room, 200), (room + 1, 400)):
        body = message_bytes("x" * padding)
        assert (len(body) <= 2**20) == (status == 200)
        headers = {"Content-Type": "application/json"}
        answer = await shop.call("POST", f"threads/{chat}/messages", data=BytesIO(body), headers=headers)
        assert answer.status == status
    assert answer.code == "bad_frame"


def message_bytes(padding: str) -> bytes:
    return b'{"sender": "ana-1", "text": "x", "client_id": "%s", "more": "%s"}' % (
        str(uuid4()).encode(),
        padding.encode(),
    )


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("application/json", b""),
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"5"),
        ("application/json", b"null"),
        ("application/json", b"\xff"),
        ("application/json", b'{"text": "\xff"}'),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"text": NaN}'),
        ("application/json", b'{"a":' * 9 + b"1" + b"}" * 9),
        ("application/json", b'{"text": "a", "text": "b"}'),
        ("application/json", b'{"seq": ' + b"9" * 5000 + b"}"),
        ("application/json", '{"text": "a"}'.encode("utf-16")),
        ("text/plain", b"{}"),
        ("application/vnd.example+json", b"{}"),
        ("application/x-www-form-urlencoded", b"sender=ana-1&text=a"),
        ("", b"{}"),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused(shop: Program, chat: int, type_: str, body: bytes) -> None:
    for path in (f"threads/{chat}/messages", f"threads/{chat}/read", "pairs", "unread", "users"):
        answer = await shop.call("POST", path, data=body, headers={"Content-Type": type_})
        assert answer.refusal == (400, "bad_frame"), path


async def test_a_program_marks_as_read_for_a_participant(shop: Program, chat: int, ana: Person, ben: Person) -> None:
    at_ana = await ana.socket()
    for number in range(2, 5):
        await at_ana.sends(chat, f"number {number}")
        await at_ana.receives("sent")
    marks = [(2, (2, 2)), (1, (2, 2)), (2, (2, 2)), (3, (3, 1)), (99, (4, 0)), (10**30, (4, 0)), (1, (4, 0))]
    for seq, (read, unread) in marks:
        answer = await shop.post(f"threads/{chat}/read", {"user": "ben-2", "seq": seq})
        assert (answer.status, answer.body) == (200, {"read": read, "unread": unread})
    assert (await at_ana.receives("read", seq=4))["user"] == ben.id


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        *[({"user": "ben-2", "seq": seq}, (400, "bad_frame")) for seq in (0, -1, "1", 1.0, True, None, [1])],
        ({"user": "ben-2"}, (400, "bad_frame")),
        ({"seq": 1}, (400, "bad_frame")),
        ({"user": 2, "seq": 1}, (400, "bad_frame")),
        ({"user": "b/2", "seq": 1}, (400, "bad_sub")),
        ({"user": "nobody", "seq": 1}, (404, "no_such_user")),
    ],
)
async def test_a_mark_that_is_none_is_refused(
    shop: Program, chat: int, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert (await shop.post(f"threads/{chat}/read", body)).refusal == refusal
