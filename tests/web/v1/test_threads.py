"""Threads as a program sees them: one, that of two people, those of a person, and what people have not read."""

from typing import Any

import pytest

from chatserver.config.settings import Config
from tests.support.commands import chatserver, thread
from tests.support.database import execute
from tests.support.people import Person
from tests.support.programs import Program, known_as


async def test_a_thread_names_its_people_by_their_subjects(
    shop: Program, chat: int, ana: Person, ben: Person, config: Config
) -> None:
    await ben.post(f"/messages/chat/{chat}/read/", page=f"/messages/chat/{chat}/", seq="1")
    answer = await shop.get(f"threads/{chat}")
    assert answer.status == 200
    assert answer.body == {
        "id": chat, "key": None, "title": None, "history": "all", "last": 1, "change": 0,
        "people": [
            {"id": ana.id, "sub": "ana-1", "name": "Ana", "full_name": None, "owner": False, "read": 1},
            {"id": ben.id, "sub": "ben-2", "name": "Ben", "full_name": None, "owner": False, "read": 1},
        ],
    }  # fmt: skip


async def test_people_whom_the_site_does_not_know_have_no_subject(
    shop: Program, chat: int, ana: Person, cleo: Person
) -> None:
    other = await cleo.writes_to(ana)
    people = {person["id"]: person["sub"] for person in (await shop.get(f"threads/{other}")).body["people"]}
    assert people == {ana.id: "ana-1", cleo.id: None}


async def test_people_of_another_issuer_are_not_the_sites(
    shop: Program, chat: int, cleo: Person, config: Config
) -> None:
    execute(
        str(config.database_url),
        f"insert into identities (issuer, subject, user_id) values ('elsewhere', 'cleo-3', {cleo.id})",
    )
    assert (await shop.get("users/cleo-3")).refusal == (404, "no_such_user")
    assert (await shop.post("pairs", {"people": ["ana-1", "cleo-3"]})).refusal == (404, "no_such_user")


async def test_a_marker_that_its_owner_hides_is_not_told(shop: Program, chat: int, ben: Person) -> None:
    await ben.post(f"/messages/chat/{chat}/read/", page=f"/messages/chat/{chat}/", seq="1")
    await ben.post("/messages/account/privacy/", page="/messages/account/", online="yes")
    people = {person["sub"]: person["read"] for person in (await shop.get(f"threads/{chat}")).body["people"]}
    assert people == {"ana-1": 1, "ben-2": 0}


async def test_two_people_have_one_thread_whoever_asks_for_it(
    shop: Program, chat: int, ana: Person, cleo: Person, config: Config
) -> None:
    known_as(config, cleo, "cleo-3")
    found = await shop.post("pairs", {"people": ["ben-2", "ana-1"]})
    assert (found.status, found.body["id"], found.body["key"]) == (200, chat, None)
    made = await shop.post("pairs", {"people": ["ana-1", "cleo-3"]})
    again = await shop.post("pairs", {"people": ["cleo-3", "ana-1"]})
    assert (made.status, made.body["last"]) == (200, 0)
    assert made.body == again.body == (await shop.get(f"threads/{made.body['id']}")).body
    assert await cleo.writes_to(ana) == made.body["id"]


async def test_a_block_does_not_hinder_the_thread_of_two(
    shop: Program, chat: int, ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    known_as(config, cleo, "cleo-3")
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    await cleo.post("/messages/block/", page=f"/messages/chat/{group}/", user=str(ana.id), next="/messages/")
    assert (await shop.post("pairs", {"people": ["ana-1", "cleo-3"]})).status == 200


@pytest.mark.parametrize(
    ("people", "refusal", "at"),
    [
        (None, (400, "bad_frame"), None),
        ("ana-1", (400, "bad_frame"), None),
        ({}, (400, "bad_frame"), None),
        ([], (400, "bad_frame"), None),
        (["ana-1"], (400, "bad_frame"), None),
        (["ana-1", "ben-2", "ana-1"], (400, "bad_frame"), None),
        (["ana-1", "ana-1"], (400, "to_oneself"), None),
        (["ana-1", 5], (400, "bad_sub"), 1),
        (["..", "ana-1"], (400, "bad_sub"), 0),
        (["ana-1", "nobody"], (404, "no_such_user"), 1),
    ],
)
async def test_a_pair_that_is_none_is_refused(
    shop: Program, chat: int, people: Any, refusal: tuple[int, str], at: int | None
) -> None:
    answer = await shop.post("pairs", {"people": people})
    assert (answer.refusal, answer.body.get("at")) == (refusal, at)


async def many_threads(config: Config) -> list[int]:
    """Ana's threads with Ben, Cleo and both, the newest first; nothing was said in the last."""
    return [
        int(row[0]) for row in execute(str(config.database_url), "select id from threads order by last_message_at desc")
    ]


async def test_a_person_s_threads_come_newest_first_in_pages(
    shop: Program, chat: int, ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    await cleo.writes_to(ana, "a secret")
    await cleo.writes_to(ana, "another")
    await thread(config, "create", "Ana", "Ben", "Cleo")
    newest_first = await many_threads(config)
    whole = (await shop.get("users/ana-1/threads")).body
    assert [each["id"] for each in whole["threads"]] == newest_first
    assert [each["unread"] for each in whole["threads"]] == [0, 2, 0]
    assert whole["next"] is None
    assert all(each.keys() == {"id", "key", "title", "people", "last", "unread", "at"} for each in whole["threads"])
    assert whole["threads"][1]["people"] == (await shop.get(f"threads/{newest_first[1]}")).body["people"]
    assert "secret" not in str(whole)
    paged, cursor = [], ""
    while cursor is not None:
        page = (await shop.get(f"users/ana-1/threads?limit=1{cursor and f'&cursor={cursor}'}")).body
        paged += page["threads"]
        cursor = page["next"]
    assert paged == whole["threads"]


async def test_a_cursor_is_for_its_person_alone(
    shop: Program, chat: int, ana: Person, ben: Person, cleo: Person
) -> None:
    await cleo.writes_to(ana)
    cursor = (await shop.get("users/ana-1/threads?limit=1")).body["next"]
    assert (await shop.get(f"users/ana-1/threads?cursor={cursor}")).status == 200
    assert (await shop.get(f"users/ben-2/threads?cursor={cursor}")).refusal == (400, "bad_frame")
    for query in (
        "cursor=",
        "cursor=x",
        "cursor=1-2",
        f"cursor={cursor}0x",
        "cursor=" + "9" * 60,
        "limit=0",
        "limit=x",
    ):
        assert (await shop.get(f"users/ana-1/threads?{query}")).refusal == (400, "bad_frame"), query
    assert (await shop.get("users/nobody/threads")).refusal == (404, "no_such_user")
    assert (await shop.get("users/a%2Fb/threads")).refusal == (400, "bad_sub")


async def test_what_people_have_not_read_is_counted_for_all_at_once(
    shop: Program, chat: int, ana: Person, ben: Person, cleo: Person
) -> None:
    await ana.writes_to(ben, "again")
    await ben.post(f"/messages/chat/{await cleo.writes_to(ben)}/mute/", page="/messages/", until="always")
    answer = await shop.post("unread", {"users": ["ana-1", "ben-2", "nobody", "ben-2"]})
    assert answer.status == 200
    assert answer.body == {
        "unread": {
            "ana-1": {"threads": 0, "messages": 0, "muted": 0},
            "ben-2": {"threads": 1, "messages": 2, "muted": 1},
            "nobody": {"threads": 0, "messages": 0, "muted": 0},
        }
    }
    assert (await shop.post("unread", {"users": []})).body == {"unread": {}}


@pytest.mark.parametrize(
    ("users", "refusal", "at"),
    [
        (None, (400, "bad_frame"), None),
        ("ana-1", (400, "bad_frame"), None),
        ({"ana-1": 1}, (400, "bad_frame"), None),
        (["ana-1", 5], (400, "bad_sub"), 1),
        (["ana-1", None], (400, "bad_sub"), 1),
        (["ana-1", "a b"], (400, "bad_sub"), 1),
        (["x"] * 1001, (400, "bad_frame"), None),
    ],
)
async def test_a_list_that_is_none_is_refused(
    shop: Program, users: Any, refusal: tuple[int, str], at: int | None
) -> None:
    answer = await shop.post("unread", {"users": users})
    assert (answer.refusal, answer.body.get("at")) == (refusal, at)


async def test_a_deleted_person_has_neither_name_nor_subject(
    shop: Program, chat: int, ana: Person, config: Config
) -> None:
    code, _, errors = await chatserver(config, "user", "erase", "Ana", "--yes")
    assert code == 0, errors
    (gone,) = [person for person in (await shop.get(f"threads/{chat}")).body["people"] if person["id"] == ana.id]
    assert (gone["sub"], gone["name"], gone["full_name"]) == (None, "", None)
