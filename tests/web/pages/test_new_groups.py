"""New groups by the form for a new message, as people without scripts fill it in."""

from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from tests.support.database import execute, stored
from tests.support.grouping import about_group, group_of, makes_group, people_of
from tests.support.people import Person
from tests.support.servers import Serve


async def test_several_names_and_a_title_make_a_group_with_its_first_message(
    ana: Person, ben: Person, cleo: Person
) -> None:
    group = await group_of(ana, "Ben", "Cleo", title=" Holidays ", message="Where to?")
    assert await about_group(cleo, group) == {
        "title": "Holidays",
        "history": "all",
        "people": [
            {"id": ana.id, "name": "Ana", "owner": True, "read": 1},
            {"id": ben.id, "name": "Ben", "owner": False, "read": 0},
            {"id": cleo.id, "name": "Cleo", "owner": False, "read": 0},
        ],
        "next": None,
    }
    page = await ben.get(f"/messages/chat/{group}/")
    assert "<title>Holidays</title>" in page.text
    assert "Where to?" in page.text


async def test_one_name_without_a_title_is_the_chat_of_the_two(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    assert await group_of(ana, "Ben", message="Hello again") == chat


async def test_one_name_without_title_and_message_is_asked_for_a_message(ana: Person, ben: Person) -> None:
    answer = await makes_group(ana, "Ben", message=" ")
    assert (answer.status, answer.alert) == (400, "Write something first: the message is empty.")


async def test_one_name_with_a_title_is_a_group_of_two_beside_their_chat(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    group = await group_of(ana, "Ben", title="Us two")
    assert group != chat
    assert await people_of(ben, group) == {"Ana": True, "Ben": False}


async def test_a_group_needs_neither_title_nor_message(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "Cleo")
    assert (await about_group(ana, group))["title"] is None
    assert "<title>Ana, Cleo</title>" in (await ben.get(f"/messages/chat/{group}/")).text


async def test_oneself_and_doubles_are_passed_over(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "ana", "BEN", "Cleo", "Ben")
    assert await people_of(ana, group) == {"Ana": True, "Ben": False, "Cleo": False}


async def test_a_form_that_is_sent_twice_makes_one_group_with_one_message(
    ana: Person, ben: Person, cleo: Person
) -> None:
    form = {"client_id": str(uuid4()), "title": "Trip", "message": "Hello"}
    first = await group_of(ana, "Ben", "Cleo", **form)
    assert await group_of(ana, "Ben", "Cleo", **form) == first
    assert (await ana.json(f"/messages/chat/{first}/history"))["last"] == 1


@pytest.mark.parametrize("other", [{"title": "Tour"}, {"message": "Good evening"}, {"recipient_name": "Ben"}])
async def test_the_same_form_with_something_else_in_it_makes_nothing(
    ana: Person, ben: Person, cleo: Person, other: dict[str, str]
) -> None:
    form = {"client_id": str(uuid4()), "title": "Trip", "message": "Hello"}
    await group_of(ana, "Ben", "Cleo", **form)
    assert (await makes_group(ana, "Ben", "Cleo", **(form | other))).status == 409


async def test_the_id_of_a_group_makes_no_chat_of_two_and_that_of_a_message_no_group(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    used, message = str(uuid4()), str(uuid4())
    await group_of(ana, "Ben", client_id=used, title="Trip")
    await group_of(ana, "Ben", client_id=message, message="Hello")  # in the chat of the two
    before = stored(config)
    answers = [
        await makes_group(ana, "Cleo", client_id=used, message="Hello"),
        await ana.post(
            "/messages/send_message/", page="/messages/", recipient_name="Cleo", client_id=used, message="Hello"
        ),
        await makes_group(ana, "Ben", "Cleo", client_id=message, message="Hello"),
    ]
    assert [answer.status for answer in answers] == [409] * 3
    assert stored(config) == before


async def test_one_wrong_name_is_named_and_nothing_is_made(ana: Person, ben: Person) -> None:
    answer = await makes_group(ana, "Ben", "Dorothea", title="Trip", message="Hello")
    assert (answer.status, answer.alert) == (404, "Nobody here is called Dorothea. Check the spelling.")
    assert answer.field("recipient_name") == "Ben, Dorothea"
    assert answer.field("title") == "Trip"
    assert "No chats yet" in (await ben.get("/messages/")).text


async def test_people_who_have_blocked_one_are_named_and_not_added(ana: Person, ben: Person, cleo: Person) -> None:
    await ben.writes_to(ana)
    await ben.post("/messages/block/", page="/messages/", user=str(ana.id), next="/messages/")
    answer = await makes_group(ana, "Cleo", "Ben")
    assert (answer.status, answer.alert) == (403, "You can’t add Ben: this person doesn’t allow it.")


@pytest.mark.parametrize("title", ["a" * 101, "Trip\u202e", "Tr\x07ip", "\u2800", "\x1f", "\u2028", "\u200b"])
async def test_a_title_that_cannot_be_read_is_refused_at_its_field(
    ana: Person, ben: Person, cleo: Person, title: str
) -> None:
    answer = await makes_group(ana, "Ben", "Cleo", title=title)
    assert (answer.status, answer.alert) == (400, "Choose a title of 1 to 100 visible characters.")


async def test_nobody_but_oneself_is_too_few(ana: Person) -> None:
    answer = await makes_group(ana, "Ana", title="Me")
    assert (answer.status, answer.alert) == (400, "Add at least one other person.")


async def test_more_people_than_a_group_may_have_are_refused(serve: Serve) -> None:
    url = await serve(group_people=2)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        for person in (ana, ben, cleo):
            await person.sign_up()
        answer = await makes_group(ana, "Ben", "Cleo")
        assert (answer.status, answer.alert) == (400, "A group has at most 2 people.")


async def test_a_group_has_five_hundred_people_oneself_counted(ana: Person, database_url: str) -> None:
    many = "insert into users (name, name_key, password_hash) select 'p' || n, 'p' || n, '!' from generate_series"
    execute(database_url, f"{many}(1, 500) n")
    names = [f"p{number}" for number in range(1, 501)]
    pairs = f"insert into threads (pair_low, pair_high) select {ana.id}, id from users where id > {ana.id}"
    execute(database_url, pairs)  # she knows all of them
    for who in ("pair_low", "pair_high"):
        execute(database_url, f"insert into participants (thread_id, user_id) select id, {who} from threads")
    answer = await makes_group(ana, *names)
    assert (answer.status, answer.alert) == (400, "A group has at most 500 people.")
    assert len(await people_of(ana, await group_of(ana, *names[:-1], "ana", "P1"))) == 100  # on its first page


async def test_each_form_counts_as_a_message_whatever_becomes_of_it(serve: Serve) -> None:
    url = await serve(messages_per_second=0.001, messages_burst=3)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        for person in (ana, ben):
            await person.sign_up()
        forms = [("Dorothea", {}), ("Ben", {"title": "\u202e"}), ("Ben", {"title": "Trip", "message": "Hello"})]
        statuses = [(await makes_group(ana, name, **fields)).status for name, fields in forms * 2]
        assert statuses == [404, 400, 303, 429, 429, 429]
