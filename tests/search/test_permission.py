"""Nobody finds what they may not read: at the moment of asking, on every page."""

from collections.abc import AsyncIterator

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.commands import thread
from tests.support.database import execute
from tests.support.people import PASSWORD, Person
from tests.support.searching import asks, finds, is_indexed, texts


@pytest.fixture
async def dora(url: URL) -> AsyncIterator[Person]:
    async with Person(url, "Dora") as dora:
        yield await dora.sign_up()


async def test_a_stranger_and_who_was_removed_find_nothing(
    ana: Person, ben: Person, cleo: Person, dora: Person, config: Config
) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Dora"))["id"]
    socket = await ben.socket()
    await socket.sends(group, "a secret plan")
    await socket.receives("sent")
    for _ in ("not indexed", "indexed"):
        assert await texts(ana, "secret") == ["a secret plan"]
        assert await finds(cleo, "secret") == await finds(cleo, "secrte") == await finds(cleo, "ecre") == []
        assert (await asks(cleo, q="secret", thread=group)) == (await asks(cleo, q="secret", thread=999_999))
        assert (await asks(cleo, q="secret", thread=group))[0] == 404
        await is_indexed(config)
    await thread(config, "remove", str(group), "Ana")
    assert await finds(ana, "secret") == []
    assert (await asks(ana, q="secret", thread=group))[1]["code"] == "no_such_thread"


async def test_a_newcomer_finds_nothing_from_before(ana: Person, ben: Person, config: Config) -> None:
    conversation = await ben.writes_to(ana, "before Ana came")
    socket = await ben.socket()
    await socket.sends(conversation, "Ana is here")
    await socket.receives("sent")
    execute(str(config.database_url), f"update participants set from_seq = 2 where user_id = {ana.id}")
    for _ in ("not indexed", "indexed"):
        assert await texts(ana, "ana") == ["Ana is here"]
        assert await finds(ana, "before") == await finds(ana, "befroe") == await finds(ana, "efor") == []
        assert await texts(ben, "ana") == ["Ana is here", "before Ana came"]
        await is_indexed(config)


async def test_a_cursor_is_checked_again_on_each_page(ana: Person, ben: Person, dora: Person, config: Config) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Dora"))["id"]
    socket = await ben.socket()
    for number in range(30):
        await socket.sends(group, f"plan {number}")
        await socket.receives("sent")
    _, page = await asks(ana, q="plan")
    assert len(page["results"]) == 20
    for wrong in ({"q": "plans"}, {"q": "plan", "thread": group}, {"q": "plan", "since": "2020-01-01"}):
        assert (await asks(ana, cursor=page["next"], **wrong))[1]["code"] == "bad_frame"
    assert (await asks(ben, q="plan", cursor=page["next"]))[1]["code"] == "bad_frame"
    await thread(config, "remove", str(group), "Ana")
    assert (await asks(ana, q="plan", cursor=page["next"]))[1]["results"] == []


async def test_who_was_blocked_still_finds_what_both_have_written(ana: Person, ben: Person) -> None:
    await ben.writes_to(ana, "an old plan")
    await ana.post("/messages/block/", page="/messages/chat/1/", user=str(ben.id), next="/messages/")
    assert await texts(ben, "plan") == await texts(ana, "plan") == ["an old plan"]


async def test_of_a_deleted_account_the_messages_are_found_and_not_the_name(ana: Person, ben: Person) -> None:
    await ben.writes_to(ana, "an old plan")
    await ben.post("/messages/account/delete/", page="/messages/account/", delete_password=PASSWORD)
    (found,) = await finds(ana, "plan")
    assert (found["sender"]["name"], found["title"]) == ("", "")
    status, answer = await asks(ana, q="ben")
    assert (status, answer["results"], answer["chats"]) == (200, [], [])
    assert (await asks(ana, q="plan from:Ben"))[1]["code"] == "no_such_user"
    assert (await asks(ben, q="plan"))[1]["code"] == "not_signed_in"


async def test_words_of_others_never_come_up(ana: Person, ben: Person, cleo: Person, config: Config) -> None:
    await ben.writes_to(cleo, "confidential")
    await ben.writes_to(ana, "conference")
    await is_indexed(config)
    status, answer = await asks(ana, q="confidentail")
    assert status == 200
    assert answer == {"results": [], "next": None, "complete": True, "chats": []}
