"""A program keeps groups under keys of its own: exactly the people that it names are in them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.commands import chatserver, thread
from tests.support.database import execute
from tests.support.people import Person
from tests.support.programs import Program, known_as, new_key, program
from tests.support.servers import Serve


@pytest.fixture
async def people(ana: Person, ben: Person, cleo: Person, config: Config) -> None:
    for person, sub in ((ana, "ana-1"), (ben, "ben-2"), (cleo, "cleo-3")):
        known_as(config, person, sub)


def subs(body: dict[str, Any]) -> set[str]:
    return {person["sub"] for person in body["people"]}


def state(config: Config) -> list[tuple[Any, ...]]:
    """All that groups consist of."""
    return execute(
        str(config.database_url),
        "select (select json_agg(g)::text from groups g), (select json_agg(n order by change)::text from notes n), "
        "(select json_agg(p order by user_id)::text from participants p), (select count(*) from threads)",
    )


async def notes_of(person: Person, thread: int) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = (await person.json(f"/messages/chat/{thread}/history"))["notes"]
    return notes


async def test_a_group_has_exactly_the_people_that_were_named_last(
    shop: Program, people: None, ana: Person, ben: Person, cleo: Person
) -> None:
    made = await shop.put("groups/order-7", {"people": ["ana-1", "ben-2"], "title": "Order 7"})
    assert made.status == 200
    assert {name: made.body[name] for name in ("key", "title", "history", "last", "change")} == {
        "key": "order-7", "title": "Order 7", "history": "joined", "last": 0, "change": 1,
    }  # fmt: skip
    assert subs(made.body) == {"ana-1", "ben-2"}
    assert not any(person["owner"] for person in made.body["people"])
    changed = await shop.put("groups/order-7", {"people": ["ben-2", "cleo-3", "cleo-3"]})
    assert (subs(changed.body), changed.body["title"]) == ({"ben-2", "cleo-3"}, "Order 7")
    assert changed.body["id"] == made.body["id"]
    assert (
        (await shop.get("groups/order-7")).body == (await shop.get(f"threads/{made.body['id']}")).body == changed.body
    )
    assert (await ana.get(f"/messages/chat/{made.body['id']}/")).status == 404
    notes = await notes_of(ben, made.body["id"])
    assert [(note["kind"], note["by"], [each["id"] for each in note["people"]]) for note in notes] == [
        ("created", None, [ana.id, ben.id]),
        ("added", None, [cleo.id]),
        ("removed", None, [ana.id]),
    ]


async def test_the_same_again_changes_nothing(shop: Program, people: None, config: Config) -> None:
    body = {"people": ["ana-1", "ben-2"], "title": "Order 7", "history": "all"}
    made = await shop.put("groups/order-7", body)
    before = state(config)
    for again in (
        body,
        {},
        {"title": None, "people": None},
        body | {"history": "joined"},
        {"people": ["ben-2", "ana-1"]},
    ):
        answer = await shop.put("groups/order-7", again)
        assert (answer.status, answer.body) == (200, made.body)
    assert state(config) == before


async def test_of_calls_at_once_one_makes_the_group_and_the_last_one_wins(
    shop: Program, people: None, config: Config
) -> None:
    wishes = [["ana-1"], ["ben-2"], ["cleo-3"]] * 5
    answers = await asyncio.gather(*(shop.put("groups/order-7", {"people": wish}) for wish in wishes))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["id"] for answer in answers}) == 1
    last = (await shop.get("groups/order-7")).body
    assert subs(last) in [set(wish) for wish in wishes]
    (count,) = execute(str(config.database_url), "select count(*), count(distinct change) from notes")
    assert count[0] == count[1]
    assert last["change"] == count[0]


async def test_whoever_comes_later_sees_what_comes_after_unless_the_group_was_made_otherwise(
    shop: Program, people: None, cleo: Person
) -> None:
    for history, seen in (("joined", []), ("all", ["before"])):
        group = (await shop.put(f"groups/{history}", {"people": ["ana-1"], "history": history})).body["id"]
        sent = {"sender": "ana-1", "text": "before", "client_id": str(uuid4())}
        await shop.post(f"threads/{group}/messages", sent)
        await shop.put(f"groups/{history}", {"people": ["ana-1", "cleo-3"]})
        entries = (await cleo.json(f"/messages/chat/{group}/history"))["messages"]
        assert [entry["text"] for entry in entries] == seen
        kinds = [note["kind"] for note in await notes_of(cleo, group)]
        assert kinds == (["added"] if history == "joined" else ["created", "added"])


async def test_those_who_are_there_hear_of_it_at_once(shop: Program, people: None, ana: Person, ben: Person) -> None:
    group = (await shop.put("groups/order-7", {"people": ["ana-1", "ben-2"]})).body["id"]
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ana.opens(group)
    await shop.put("groups/order-7", {"people": ["ana-1"], "title": "Order 7"})
    assert (await at_ana.receives("note", kind="removed"))["by"] is None
    assert (await at_ana.receives("note", kind="titled"))["value"] == "Order 7"
    await at_ben.receives("removed", thread=group)


async def test_nobody_owns_a_programs_group_and_it_stays_when_all_have_left(
    shop: Program, people: None, config: Config
) -> None:
    made = (await shop.put("groups/order-7", {"people": ["ana-1", "ben-2"]})).body
    await thread(config, "remove", str(made["id"]), "Ana")
    left = (await shop.get("groups/order-7")).body
    assert (subs(left), [person["owner"] for person in left["people"]]) == ({"ben-2"}, [False])
    await thread(config, "remove", str(made["id"]), "Ben")
    assert (await shop.get("groups/order-7")).body["people"] == []
    back = (await shop.put("groups/order-7", {"people": ["ana-1"]})).body
    assert (back["id"], subs(back)) == (made["id"], {"ana-1"})
    assert (await shop.put("groups/order-7", {"people": []})).body["people"] == []


async def test_nobody_follows_when_somebody_is_disabled_or_deleted(shop: Program, people: None, config: Config) -> None:
    await shop.put("groups/order-7", {"people": ["ana-1", "ben-2"]})
    await chatserver(config, "user", "disable", "Ana")
    await chatserver(config, "user", "erase", "Ana", "--yes")
    group = (await shop.get("groups/order-7")).body
    assert [person["owner"] for person in group["people"]] == [False]
    await shop.delete("users/ben-2")
    assert (await shop.get("groups/order-7")).body["people"] == []


async def test_a_block_does_not_hinder_it(shop: Program, people: None, ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    await ben.post("/messages/block/", page=f"/messages/chat/{chat}/", user=str(ana.id), next="/messages/")
    assert subs((await shop.put("groups/order-7", {"people": ["ana-1", "ben-2"]})).body) == {"ana-1", "ben-2"}


async def test_another_key_finds_the_same_group(shop: Program, people: None, url: URL, config: Config) -> None:
    made = await shop.put("groups/order-7", {"people": ["ana-1"]})
    async with program(url, await new_key(config, "another", "write", "read")) as another:
        assert (await another.get("groups/order-7")).body == made.body


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (400, "too_few_people")),
        ({"people": []}, (400, "too_few_people")),
        ({"people": None}, (400, "too_few_people")),
        ({"people": "ana-1"}, (400, "bad_frame")),
        ({"people": {"ana-1": 1}}, (400, "bad_frame")),
        ({"people": ["ana-1", 5]}, (400, "bad_sub")),
        ({"people": ["ana-1", "nobody"]}, (404, "no_such_user")),
        ({"people": ["ana-1"], "title": ""}, (400, "bad_title")),
        ({"people": ["ana-1"], "title": " "}, (400, "bad_title")),
        ({"people": ["ana-1"], "title": "x" * 101}, (400, "bad_title")),
        ({"people": ["ana-1"], "title": "a\u202eb"}, (400, "bad_title")),
        ({"people": ["ana-1"], "title": 5}, (400, "bad_frame")),
        ({"people": ["ana-1"], "history": "none"}, (400, "bad_frame")),
        ({"people": ["ana-1"], "history": ["all"]}, (400, "bad_frame")),
        ({"people": ["x"] * 1001}, (400, "bad_frame")),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_made(
    shop: Program, people: None, config: Config, body: dict[str, Any], refusal: tuple[int, str]
) -> None:
    before = state(config)
    assert (await shop.put("groups/order-7", body)).refusal == refusal
    assert state(config) == before
    assert (await shop.get("groups/order-7")).refusal == (404, "no_such_thread")


async def test_a_group_that_is_there_stays_as_it_is_when_a_wish_is_refused(
    shop: Program, people: None, config: Config
) -> None:
    await shop.put("groups/order-7", {"people": ["ana-1"], "title": "Order 7"})
    before = state(config)
    for body in ({"people": ["ana-1", "nobody"], "title": "x"}, {"title": ""}, {"people": ["ben-2", ".."]}):
        assert (await shop.put("groups/order-7", body)).status >= 400
    assert state(config) == before


async def test_a_group_has_its_greatest_size(serve: Serve, people: None, config: Config, shop: Program) -> None:
    await serve(port=0)
    many = [{"sub": f"p-{number}", "name": "P"} for number in range(501)]
    await shop.post("users", {"users": many})
    named = [person["sub"] for person in many]
    assert (await shop.put("groups/big", {"people": named})).refusal == (400, "too_many_people")
    assert len((await shop.put("groups/big", {"people": named[1:]})).body["people"]) == 500


@pytest.mark.parametrize("key", ["%2E", "%2E%2E", "a%2Fb", "x" * 256, "a%20b", "%00", "%C3%A4"])
async def test_a_bad_key_of_a_group_is_refused(shop: Program, people: None, key: str) -> None:
    assert (await shop.put(f"groups/{key}", {"people": ["ana-1"]})).refusal == (400, "bad_sub")
    assert (await shop.get(f"groups/{key}")).refusal == (400, "bad_sub")


async def test_changes_hold_notes_and_the_group_as_it_is(shop: Program, people: None, ana: Person) -> None:
    group = (await shop.put("groups/order-7", {"people": ["ana-1"]})).body["id"]
    await shop.put("groups/order-7", {"people": ["ana-1", "ben-2"], "title": "Order 7"})
    body = (await shop.get(f"threads/{group}/changes")).body
    assert [(frame["type"], frame["change"]) for frame in body["changes"]] == [
        ("note", 1), ("note", 2), ("note", 3), ("thread", 3),
    ]  # fmt: skip
    assert [frame["kind"] for frame in body["changes"][:3]] == ["created", "added", "titled"]
    told = body["changes"][3]
    assert (told["title"], told["history"], told["from"], told["people_count"]) == ("Order 7", "joined", 1, 2)
    assert {person["name"] for person in told["people"]} == {"Ana", "Ben"}
    first = (await shop.get(f"threads/{group}/changes?limit=1&after=2")).body
    assert ([frame["type"] for frame in first["changes"]], first["change"], first["more"]) == (
        ["note", "thread"],
        3,
        False,
    )
