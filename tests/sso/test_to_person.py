"""From a person's page at the site to the chat with them."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from yarl import URL

from tests.support.database import execute
from tests.support.people import Person
from tests.support.tokens import enters


@pytest.fixture
async def ana(browser: Person) -> Person:
    return await enters(browser, "7")


@pytest.fixture
async def ben(site: URL) -> AsyncIterator[Person]:
    async with Person(site, "Ben") as ben:
        yield await enters(ben, "b:8|x", full_name="Ben Diaz")


async def test_without_a_chat_a_form_for_that_person_opens_and_then_the_chat(ana: Person, ben: Person) -> None:
    page = await ana.get("/messages/to/b:8%7Cx")
    assert (page.status, page.field("recipient")) == (200, str(ben.id))
    assert "To <bdi>Ben Diaz</bdi>" in page.text
    assert 'name="recipient_name"' not in page.text
    fields = {"recipient": page.field("recipient"), "recipient_name": "nobody", "client_id": page.field("client_id")}
    sent = await ana.post("/messages/send_message/", "/messages/to/b:8|x", message="Hello", **fields)
    assert sent.status == 303
    again = await ana.get("/messages/to/b:8%7Cx")
    assert (again.status, again.location) == (303, sent.location)


@pytest.mark.parametrize("sub", ["9", "B:8|x", "%20", "%2e%2e", "a%2Fb", "a" * 256])
async def test_nobody_is_nobody(ana: Person, sub: str) -> None:
    answer = await ana.get(URL(f"/messages/to/{sub}", encoded=True))
    assert answer.status == 404


async def test_without_session_it_leads_to_sign_in(browser: Person) -> None:
    answer = await browser.get("/messages/to/9")
    assert (answer.status, answer.location) == (303, "/messages/sign-in/?next=/messages/to/9")


async def test_ana_has_no_chat_with_herself(ana: Person) -> None:
    answer = await ana.get("/messages/to/7")
    assert (answer.status, "You can’t message yourself" in answer.text) == (400, True)


async def test_somebody_disabled_has_only_the_chat_from_before(ana: Person, ben: Person, database_url: str) -> None:
    execute(database_url, f"update users set disabled_at = now() where id = {ben.id}")
    assert (await ana.get("/messages/to/b:8%7Cx")).status == 404
    execute(database_url, f"update users set disabled_at = null where id = {ben.id}")
    thread = await ana.writes_to(ben)
    execute(database_url, f"update users set disabled_at = now() where id = {ben.id}")
    assert (await ana.get("/messages/to/b:8%7Cx")).location == f"/messages/chat/{thread}/"


@pytest.mark.parametrize("recipient", ["0", "-1", "999999", "Ben", "1e3"])
async def test_an_id_of_nobody_is_refused_with_what_was_typed(ana: Person, recipient: str) -> None:
    answer = await ana.post(
        "/messages/send_message/", "/messages/", recipient=recipient, message="Hello", client_id=str(uuid4())
    )
    assert (answer.status, "Hello</textarea>" in answer.text) == (404, True)


async def test_a_refused_message_keeps_the_person(ana: Person, ben: Person) -> None:
    answer = await ana.post(
        "/messages/send_message/", "/messages/", recipient=str(ben.id), message=" ", client_id=str(uuid4())
    )
    assert (answer.status, answer.field("recipient")) == (400, str(ben.id))


async def test_it_counts_as_a_look_up(ana: Person) -> None:
    statuses = [(await ana.get("/messages/to/9")).status for _ in range(31)]
    assert (statuses[29], statuses[30]) == (404, 429)
