"""Replies, and messages that are sent again after they were changed."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.message_store import StoredMessage
from tests.support.changing import changing
from tests.support.database import execute
from tests.support.people import Person


async def test_a_reply_names_its_original_on_every_path(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "Nine?")
    socket = await ana.socket()
    async with changing(config) as there:
        assert isinstance(await there.sends(ben, thread, "Nine it is", reply=1), StoredMessage)
        assert (await socket.receives("message", seq=2))["reply"] == 1
        plain, answer = (await ana.json(f"/messages/chat/{thread}/history"))["messages"]
        assert ("reply" in plain, answer["reply"]) == (False, 1)
        await there.deletes(ben, thread, 2)
    (_, answer) = (await ana.json(f"/messages/chat/{thread}/history"))["messages"]
    assert (answer["reply"], answer["text"]) == (1, "")


async def test_only_visible_messages_can_be_replied_to(ana: Person, ben: Person, config: Config) -> None:
    url, thread = str(config.database_url), await ana.writes_to(ben)
    async with changing(config) as there:
        for number in (0, -1, 2, 2**53 - 1):
            assert await there.sends(ben, thread, "I agree", reply=number) == "no_such_message"
        assert execute(url, "select last_seq from threads") == [(1,)]
        both = await asyncio.gather(there.sends(ana, thread, "two"), there.sends(ana, thread, "to two", reply=2))
        assert isinstance(both[0], StoredMessage)
        await there.deletes(ana, thread, 1)
        assert isinstance(await there.sends(ben, thread, "What did it say?", reply=1), StoredMessage)
        execute(url, f"update participants set from_seq = 2 where user_id = {ben.id}")
        assert await there.sends(ben, thread, "What did it say?", reply=1) == "no_such_message"
        execute(url, f"insert into blocks (blocker_id, blocked_id) values ({ana.id}, {ben.id})")
        assert await there.sends(ben, thread, "Hey", reply=1) == "no_such_message"
        assert await there.sends(ben, thread, "Hey", reply=2) == "accepts_no_messages"
        assert await there.sends(ana, 99, "Hey", reply=1) == "no_such_thread"


async def test_a_repeated_message_is_recognized_before_its_reply_is_checked(
    ana: Person, ben: Person, config: Config
) -> None:
    thread, id = await ana.writes_to(ben), str(uuid4())
    socket = await ben.socket()
    async with changing(config) as there:
        first = await there.sends(ana, thread, "again", reply=1, id=id)
        execute(str(config.database_url), f"delete from participants where user_id = {ana.id}")
        assert isinstance(first, StoredMessage)
        for reply in (1, None, -7, 99):
            assert await there.sends(ana, thread, "again", reply=reply, id=id) == first
        assert [(await socket.receives("message"))["reply"] for _ in range(5)] == [1] * 5


@pytest.mark.parametrize("action", ["edits", "deletes"])
async def test_a_repeat_of_a_changed_message_is_recognized_by_its_first_text_and_not_published(
    ana: Person, ben: Person, config: Config, action: str
) -> None:
    thread, id = await ana.writes_to(ben), str(uuid4())
    async with changing(config) as there:
        first = await there.sends(ana, thread, "the first text\U0001f44d", id=id)
        assert isinstance(first, StoredMessage)
        await there.reacts(ben, thread, 2, "👍")
        assert await there.sends(ana, thread, "the first text\U0001f44d", id=id) == first._replace(change=1)
        await (there.deletes(ana, thread, 2) if action == "deletes" else there.edits(ana, thread, 2, "the second"))
        socket = await ben.socket()
        assert await there.sends(ana, thread, "the first text\U0001f44d", id=id) == first._replace(change=2)
        assert await there.sends(ana, thread, "the second", id=id) == "duplicate_id"
        assert await there.sends(ana, thread, "the third", id=id) == "duplicate_id"
        if action == "edits":
            await there.edits(ana, thread, 2, "the third", 2)
            assert isinstance(await there.sends(ana, thread, "the first text\U0001f44d", id=id), StoredMessage)
            assert await there.sends(ana, thread, "the third", id=id) == "duplicate_id"
    assert "message" not in [frame["type"] for frame in await socket.everything_so_far()]
    texts = "select string_agg(text, ' ') from messages"
    assert "first" not in execute(str(config.database_url), texts)[0][0]


async def test_a_first_text_is_recognized_with_any_of_the_keys_and_accepted_without_its_key(
    ana: Person, ben: Person, config: Config
) -> None:
    thread, id = await ana.writes_to(ben), str(uuid4())
    async with changing(config) as there:
        await there.sends(ana, thread, "first", id=id)
        await there.edits(ana, thread, 2, "second")
    for keys, other in ((("a new key", *config.secret_keys), "duplicate_id"), (("a new key",), None)):
        async with changing(replace(config, secret_keys=keys)) as there:
            assert isinstance(await there.sends(ana, thread, "first", id=id), StoredMessage)
            another = await there.sends(ana, thread, "another", id=id)
            assert another == other if other else isinstance(another, StoredMessage)
