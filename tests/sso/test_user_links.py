"""`python -m chatserver user link`: an account from before, and the person of the site who it belongs to."""

import asyncio
import json
from typing import Any

import pytest

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.people import PASSWORD, Person
from tests.support.tokens import enters, posts, token_for


async def link(config: Config, *arguments: str) -> Any:
    code, output, errors = await chatserver(config, "user", "link", *arguments)
    return json.loads(output) if code == 0 else errors


@pytest.fixture
async def ana(browser: Person) -> Person:
    return await browser.sign_up()


async def test_tokens_open_the_account_and_its_password_no_longer(ana: Person, config: Config) -> None:
    closing = asyncio.create_task((await ana.socket()).ends())
    assert await link(config, "Ana", "7") == {"id": ana.id, "name": "Ana", "sub": "7"}
    assert await closing == 4001
    assert (await ana.sign_in(PASSWORD)).status == 403
    former = ana.id
    assert (await enters(ana, "7")).id == former
    assert await link(config, "Ana", "7") == {"id": ana.id, "name": "Ana", "sub": "7"}


async def test_an_account_of_the_person_that_nobody_wrote_to_is_replaced(
    ana: Person, other_browser: Person, config: Config, database_url: str
) -> None:
    await enters(other_browser, "7", name="Ana")
    assert (await link(config, "Ana", "7"))["id"] == ana.id
    assert (await other_browser.get("/messages/session")).status == 401
    assert (await enters(other_browser, "7")).id == ana.id
    assert execute(database_url, "select count(*) from users where deleted_at is null") == [(1,)]


async def test_an_account_with_messages_is_never_deleted(
    ana: Person, other_browser: Person, config: Config, database_url: str
) -> None:
    await enters(other_browser, "7")
    await other_browser.writes_to(ana)
    assert "nothing was linked" in await link(config, "Ana", "7")
    assert (await ana.get("/messages/session")).status == 200
    assert execute(database_url, "select count(*) from users where deleted_at is null") == [(2,)]


async def test_nobody_has_two_ids(ana: Person, config: Config) -> None:
    await link(config, "Ana", "7")
    assert "nothing was linked" in await link(config, "Ana", "8")
    assert "Nobody here has this name" in await link(config, "Cleo", "9")
    assert "can’t be the id" in await link(config, "Ana", "a/b")


async def test_all_sessions_end_at_once(ana: Person, other_browser: Person, config: Config) -> None:
    await enters(other_browser, "7")
    closing = [asyncio.create_task((await person.socket()).ends()) for person in (ana, other_browser)]
    code, output, _ = await chatserver(config, "user", "end-sessions", "--all")
    assert (code, json.loads(output)) == (0, {"sessions_ended": 2})
    assert await asyncio.gather(*closing) == [4001, 4001]
    answer = await posts(other_browser, token_for(other_browser, "7", iat=1, exp=2))
    assert answer.status == 403
    for arguments in ([], ["Ana", "--all"]):
        code, _, errors = await chatserver(config, "user", "end-sessions", *arguments)
        assert (code, "needs a NAME, or --all" in errors) == (1, True)
