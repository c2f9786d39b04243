"""A reset link sets a new password once, before it expires."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chatserver.accounts.accounts import Accounts, User
from chatserver.accounts.passwords import Hasher
from chatserver.config.settings import Config
from chatserver.database import client as db
from tests.support.people import PASSWORD, Person

NEW_PASSWORD = "one for the road"
ENDED = "This link has expired or was already used. Ask for a new one."

MakeLink = Callable[..., Awaitable[str]]


@pytest.fixture
async def link_for(config: Config) -> AsyncIterator[MakeLink]:
    """Creates reset links, as the command line does."""
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, 5)
    accounts = Accounts(database, Hasher(1, 1))

    async def make(person: Person, seconds: float = 3600) -> str:
        return f"/messages/reset/{await accounts.make_reset(User(person.id, person.name), seconds)}/"

    yield make
    await database.close()


async def test_ana_sets_a_new_password_once_and_is_signed_in(ana: Person, link_for: MakeLink) -> None:
    link, socket = await link_for(ana), await ana.socket()
    async with Person(ana.url, "Ana") as elsewhere:
        for _ in range(2):  # link previews request it, too
            page = await elsewhere.get(link)
            assert page.status == 200
            assert "For <bdi>Ana</bdi>." in page.text
        answer = await elsewhere.post(link, new_password=NEW_PASSWORD)
        assert (answer.status, answer.location) == (303, "/messages/")
        assert (await elsewhere.get("/messages/")).status == 200
        assert await socket.ends() == 4001
        assert (await ana.get("/messages/")).status == 303
        assert (await ana.sign_in()).status == 403
        assert (await ana.sign_in(NEW_PASSWORD)).status == 303
        again = await elsewhere.get(link)
        assert again.status == 404
        assert ENDED in again.text


async def test_a_link_expires(ana: Person, link_for: MakeLink) -> None:
    link = await link_for(ana, seconds=0)
    answer = await ana.post(link, page="/messages/", new_password=NEW_PASSWORD)
    assert answer.status == 404
    assert ENDED in answer.text
    assert (await ana.sign_in()).status == 303


async def test_a_newer_link_or_a_changed_password_invalidates_a_link(ana: Person, link_for: MakeLink) -> None:
    first, second = await link_for(ana), await link_for(ana)
    assert [(await ana.get(link)).status for link in (first, second)] == [404, 200]
    await ana.post(
        "/messages/account/password/", "/messages/account/", current_password=PASSWORD, new_password=NEW_PASSWORD
    )
    assert (await ana.get(second)).status == 404


@pytest.mark.parametrize("password", ["password1", "short"])
async def test_a_bad_password_leaves_the_link_usable_and_the_sessions_as_they_are(
    ana: Person, link_for: MakeLink, password: str
) -> None:
    link = await link_for(ana)
    answer = await ana.post(link, new_password=password)
    assert answer.status == 400
    assert 'id="new_password-error"' in answer.text
    assert (await ana.get("/messages/")).status == 200
    assert (await ana.post(link, new_password=NEW_PASSWORD)).status == 303


async def test_a_reset_form_requires_the_right_token(ana: Person, link_for: MakeLink) -> None:
    link = await link_for(ana)
    assert (await ana.post_raw(link, {"csrf_token": "wrong", "new_password": NEW_PASSWORD})).status == 403
    assert (await ana.sign_in()).status == 303
