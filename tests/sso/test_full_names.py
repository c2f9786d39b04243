"""Full names stand wherever a person is named, follow the site at once, and address nobody."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.people import Person
from tests.support.tokens import enters, posts, token_for

ANA = {"id": 1, "name": "ana", "full_name": "Ana Ruiz"}


@pytest.fixture
async def ana(browser: Person) -> Person:
    return await enters(browser, "7", name="ana", full_name="Ana Ruiz")


@pytest.fixture
async def ben(site: URL) -> AsyncIterator[Person]:
    async with Person(site, "Ben") as ben:
        yield await ben.sign_up()


async def named(person: Person, **claims: str) -> None:
    assert (await posts(person, token_for(person, "7", **claims))).status == 303


async def test_frames_and_json_name_people_in_full(ana: Person, ben: Person) -> None:
    thread = await ben.writes_to(ana)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    opened = await at_ben.opens(thread)
    assert [person | {"read": 0} for person in opened["people"]] == [
        {"id": ben.id, "name": "Ben", "owner": False, "read": 0},
        ANA | {"id": ana.id, "owner": False, "read": 0},
    ]
    id = await at_ana.sends(thread, "Hello")
    assert (await at_ben.receives("message", id=id))["sender"] == ANA | {"id": ana.id}
    history = await ben.json(f"/messages/chat/{thread}/history")
    assert [message["sender"].get("full_name") for message in history["messages"]] == [None, "Ana Ruiz"]
    assert "full_name" not in history["messages"][0]["sender"]
    assert (await ana.json("/messages/session"))["user"] == ANA | {"id": ana.id, "sub": "7"}
    assert (await ben.json("/messages/session"))["user"] == {
        "id": ben.id,
        "name": "Ben",
        "sub": None,
        "full_name": None,
    }


async def test_pages_show_the_full_name_with_the_name_beside_it(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    chat = (await ben.get(f"/messages/chat/{thread}/")).text
    beside = ' <bdi class="handle">ana</bdi></'
    assert f'<h1 id="chat-title"><bdi>Ana Ruiz</bdi>{beside}h1>' in chat
    assert f'<bdi class="conversation-title">Ana Ruiz{beside}bdi>' in chat
    assert '<bdi class="message-sender">Ana Ruiz</bdi>' in chat
    assert "Block <bdi>Ana Ruiz</bdi>" in chat
    assert "Ana Ruiz" in (await ana.get("/messages/account/")).text


async def test_a_new_name_is_everywhere_from_the_next_request_on_and_told_to_open_sockets(
    ana: Person, ben: Person
) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await named(ana, name="anna", full_name="Anna Ruiz")
    told = {"type": "user", "id": ana.id, "name": "anna", "full_name": "Anna Ruiz"}
    assert await at_ana.receives("user") == await at_ben.receives("user") == told
    for page in (await ben.get(f"/messages/chat/{thread}/"), await ana.get("/messages/")):
        assert "Anna Ruiz" in page.text
        assert "Ana Ruiz" not in page.text
    id = await at_ana.sends(thread, "Hello")
    assert (await at_ben.receives("message", id=id))["sender"]["full_name"] == "Anna Ruiz"


async def test_strangers_are_not_told_of_a_new_name(ana: Person, ben: Person) -> None:
    at_ben = await ben.socket()
    await named(ana, name="ana", full_name="Anna Ruiz")
    assert [frame["type"] for frame in await at_ben.everything_so_far()] == ["pong"]


@pytest.mark.parametrize("typed", ["ana", "ru", "RUIZ", "ruiz ana", "an ru"])
async def test_people_are_found_by_the_beginnings_of_the_words_of_their_full_names(
    ana: Person, ben: Person, typed: str
) -> None:
    await ana.writes_to(ben)
    found = await ben.json(str(URL("/messages/people").with_query(name=typed)))
    assert found == {"people": ["ana"], "found": [ANA | {"id": ana.id}]}


@pytest.mark.parametrize(("typed", "number"), [("ru", 0), ("rui", 1), ("uiz", 0), ("ruiz ben", 0), ("ana ruizo", 0)])
async def test_strangers_are_found_by_three_letters_of_a_word(
    ana: Person, ben: Person, typed: str, number: int
) -> None:
    found = await ben.json(str(URL("/messages/people").with_query(name=typed)))
    assert len(found["found"]) == number


async def test_a_former_full_name_finds_nobody(ana: Person, ben: Person) -> None:
    await named(ana, name="ana", full_name="Ana Vega")
    assert (await ben.json("/messages/people?name=ruiz"))["found"] == []
    assert (await ben.json("/messages/people?name=vega"))["people"] == ["ana"]


async def test_names_alone_address_people(ana: Person, ben: Person) -> None:
    answer = await ben.post(
        "/messages/send_message/", "/messages/", recipient_name="Ana Ruiz", message="Hello", client_id=str(uuid4())
    )
    assert answer.status == 400


async def test_a_deleted_account_has_no_full_name_left(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    code, output, _ = await chatserver(config, "user", "erase", "ana", "--yes")
    assert (code, json.loads(output)["full_name"]) == (0, "Ana Ruiz")
    assert "Ruiz" not in (await ben.get(f"/messages/chat/{thread}/")).text
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message["sender"] == {"id": ana.id, "name": ""}
    assert (await ben.json("/messages/people?name=ruiz"))["found"] == []
