"""The people of the site: a program makes them, changes, signs out, disables and deletes them."""

import asyncio
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person
from tests.support.programs import Program, new_key, program


async def test_a_person_is_made_once_and_found_again(shop: Program) -> None:
    made = await shop.put("users/ana-1", {"name": "Ana", "full_name": "Ana Banana"})
    again = await shop.put("users/ana-1", {"name": "Ana", "full_name": "Ana Banana"})
    assert (made.status, again.status) == (200, 200)
    assert made.body.keys() == {"id", "sub", "name", "full_name", "disabled", "created_at"}
    person = {name: made.body[name] for name in ("sub", "name", "full_name", "disabled")}
    assert person == {"sub": "ana-1", "name": "Ana", "full_name": "Ana Banana", "disabled": False}
    assert made.body == again.body == (await shop.get("users/ana-1")).body


async def test_two_calls_at_once_make_one_person(shop: Program) -> None:
    made = await asyncio.gather(*(shop.put("users/ana-1", {"name": "Ana"}) for _ in range(5)))
    assert [each.status for each in made] == [200] * 5
    assert len({each.body["id"] for each in made}) == 1


async def test_what_is_left_out_stays_and_null_empties(shop: Program) -> None:
    await shop.put("users/ana-1", {"name": "Ana", "full_name": "Ana Banana"})
    assert (await shop.put("users/ana-1", {})).body["full_name"] == "Ana Banana"
    assert (await shop.put("users/ana-1", {"full_name": None})).body["full_name"] is None
    assert (await shop.put("users/ana-1", {"more": 1})).body["name"] == "Ana"


async def test_a_name_is_nobodys_to_take_over(shop: Program, ana: Person) -> None:
    made = await shop.put("users/x", {"name": "Ana"})
    assert made.body["id"] != ana.id
    assert made.body["name"] == "Ana.2"


@pytest.mark.parametrize("sub", ["ana-1", "a.b", "~", "A@b.c", "a:b|c+d=e-f_g", "x" * 255, "...", "0"])
async def test_a_subject_is_kept_as_it_is(shop: Program, sub: str) -> None:
    made = await shop.put(f"users/{quote(sub, safe='')}", {"name": "Ana"})
    assert (made.status, made.body["sub"]) == (200, sub)


@pytest.mark.parametrize("sub", [".", "..", "a/b", "x" * 256, "a b", "ä", "\0", "a\n", "%", "a?b", "a#b"])
async def test_what_cannot_be_a_subject_is_refused_at_every_address(shop: Program, sub: str) -> None:
    path = f"users/{quote(sub, safe='').replace('.', '%2E')}"
    for answer in [
        await shop.put(path, {"name": "Ana"}),
        await shop.get(path),
        await shop.delete(path),
        await shop.delete(f"{path}/sessions"),
        await shop.get(f"{path}/threads"),
        await shop.post("users", {"users": [{"sub": sub}]}),
    ]:
        assert answer.refusal == (400, "bad_sub")


NO_TEXTS: list[Any] = [5, True, [], {}]
NO_BOOLEANS: list[Any] = [1, "yes", None, []]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        *[({field: value}, "bad_frame") for field in ("name", "full_name", "language") for value in NO_TEXTS],
        ({"language": "de"}, "bad_frame"),
        ({"email_verified": "yes"}, "bad_frame"),
        ({"email": "nobody", "email_verified": True}, "bad_email"),
        *[({"disabled": value}, "bad_frame") for value in NO_BOOLEANS],
    ],
)
async def test_a_field_of_a_wrong_kind_is_refused_and_nobody_is_made(
    shop: Program, body: dict[str, Any], code: str
) -> None:
    assert (await shop.put("users/ana-1", body)).refusal == (400, code)
    assert (await shop.get("users/ana-1")).refusal == (404, "no_such_user")


async def test_many_people_are_made_in_their_order_and_named_again_are_the_same(shop: Program) -> None:
    people = [{"sub": f"p-{number}", "name": f"Person {number}"} for number in range(1000)]
    made = await shop.post("users", {"users": people})
    assert made.status == 200
    assert [person["sub"] for person in made.body["users"]] == [person["sub"] for person in people]
    assert made.body["users"][7]["name"] == "Person.7"
    assert (await shop.post("users", {"users": people})).body == made.body
    assert (await shop.post("users", {"users": []})).body == {"users": []}
    assert (await shop.post("users", {"users": [*people, {"sub": "one-more"}]})).refusal == (400, "bad_frame")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (None, "bad_frame"),
        ("ana-1", "bad_frame"),
        ([], "bad_frame"),
        ({}, "bad_sub"),
        ({"sub": 5}, "bad_sub"),
        ({"sub": "a/b"}, "bad_sub"),
        ({"sub": "x", "name": 5}, "bad_frame"),
        ({"sub": "x", "email": "x", "email_verified": True}, "bad_email"),
    ],
)
async def test_of_many_people_the_first_wrong_one_is_named_and_nobody_is_made(
    shop: Program, wrong: Any, code: str
) -> None:
    answer = await shop.post("users", {"users": [{"sub": "ana-1"}, {"sub": "ben-2"}, wrong, wrong]})
    assert (answer.refusal, answer.body["at"]) == ((400, code), 2)
    assert (await shop.get("users/ana-1")).refusal == (404, "no_such_user")


async def test_signing_somebody_out_closes_their_sockets(shop: Program, chat: int, ben: Person) -> None:
    socket = await ben.socket()
    assert (await shop.delete("users/ben-2/sessions")).status == 204
    assert await socket.ends() == 4001
    assert (await ben.get("/messages/session")).status == 401
    for nobody in ("ben-2", "nobody"):
        assert (await shop.delete(f"users/{nobody}/sessions")).status == 204


async def test_somebody_disabled_is_out_until_they_are_enabled_again(shop: Program, chat: int, ben: Person) -> None:
    socket = await ben.socket()
    for _ in range(2):
        answer = await shop.put("users/ben-2", {"disabled": True})
        assert (answer.status, answer.body["disabled"]) == (200, True)
    assert await socket.ends() == 4001
    sent = {"sender": "ben-2", "text": "Hello", "client_id": str(uuid4())}
    assert (await shop.post(f"threads/{chat}/messages", sent)).refusal == (404, "no_such_user")
    assert (await shop.put("users/ben-2", {"disabled": False})).body["disabled"] is False
    assert (await shop.post(f"threads/{chat}/messages", sent)).status == 200


async def test_disabled_is_ignored_where_many_are_made(shop: Program) -> None:
    made = await shop.post("users", {"users": [{"sub": "ana-1", "disabled": True}]})
    assert made.body["users"][0]["disabled"] is False


async def test_each_field_of_a_person_needs_its_scope(url: URL, config: Config) -> None:
    async with (
        program(url, await new_key(config, "shop", "write")) as shop,
        program(url, await new_key(config, "guard", "admin")) as guard,
    ):
        assert (await guard.put("users/ana-1", {"name": "Ana"})).refusal == (403, "wrong_scope")
        assert (await guard.put("users/ana-1", {})).refusal == (403, "wrong_scope")
        assert (await shop.put("users/ana-1", {"name": "Ana"})).status == 200
        for body in ({"disabled": True}, {"disabled": False}, {"disabled": None}, {"name": "Ana", "disabled": True}):
            assert (await shop.put("users/ana-1", body)).refusal == (403, "wrong_scope")
        assert (await guard.put("users/ana-1", {"name": "Eve", "disabled": True})).refusal == (403, "wrong_scope")
        assert (await guard.put("users/ana-1", {"disabled": True})).body["disabled"] is True
        assert (await shop.get("users/ana-1")).body["name"] == "Ana"


async def test_a_deleted_person_is_gone_and_the_same_subject_is_somebody_new(
    shop: Program, chat: int, ben: Person
) -> None:
    socket = await ben.socket()
    for _ in range(2):
        assert (await shop.delete("users/ben-2")).status == 204
    assert await socket.ends() == 4001
    assert (await shop.get("users/ben-2")).refusal == (404, "no_such_user")
    assert (await shop.put("users/ben-2", {"name": "Ben"})).body["id"] != ben.id
    assert (await shop.delete("users/nobody")).status == 204


@pytest.mark.parametrize("query", ["", "?texts=erase"])
async def test_texts_stay_unless_they_are_to_be_erased(
    shop: Program, chat: int, ana: Person, ben: Person, query: str
) -> None:
    assert (await shop.delete(f"users/ana-1{query}")).status == 204
    (entry,) = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert (entry["text"], entry["sender"]["name"], "deleted" in entry) == ("" if query else "Hello", "", bool(query))


@pytest.mark.parametrize("query", ["texts=", "texts=keep", "texts=ERASE"])
async def test_another_wish_for_the_texts_is_refused(shop: Program, chat: int, query: str) -> None:
    assert (await shop.delete(f"users/ana-1?{query}")).refusal == (400, "bad_frame")
    assert (await shop.get("users/ana-1")).status == 200


async def test_no_address_is_stored_that_the_site_has_not_verified(shop: Program, config: Config) -> None:
    await shop.put("users/ana-1", {"email": "ana@example.org"})
    await shop.put("users/ben-2", {"email": "ben@example.org", "email_verified": True})
    emails = dict(execute(str(config.database_url), "select subject, email from identities"))
    assert emails == {"ana-1": None, "ben-2": "ben@example.org"}
