"""Edits, deletions and reactions that break the rules of frames get a clear answer and change nothing."""

import asyncio
from html import unescape
from typing import Any

import pytest
import regex

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person, Socket
from tests.support.servers import Serve

UUID = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
WELL_FORMED = {"id": UUID, "seq": 1, "text": "Better", "base": 0, "emoji": "👍", "on": True}
TABLES = ("messages", "thread_changes", "changed_messages", "reactions", "participants")
MISSING = object()

NO_NUMBERS: list[Any] = [MISSING, None, True, -1, 1.5, "1", [1], {"seq": 1}]
NO_IDS: list[Any] = [MISSING, None, 5, "", "x", UUID[:-1], f"{UUID}\n"]

ALL = ("edit", "delete", "react")
# A field, its value in an otherwise valid frame by the author of the message, and the code of the answer.
ROWS: list[tuple[str, str, list[Any], str]] = [
    *((type, "thread", [MISSING, True, 1.5, "1", None], "bad_frame") for type in ALL),
    *((type, "thread", [0, -1, 2**60], "no_such_thread") for type in ALL),
    *((type, "id", NO_IDS, "bad_frame") for type in ALL),
    *((type, "seq", NO_NUMBERS, "bad_frame") for type in ALL),
    *((type, "seq", [0, 2, 2**53, 10**30], "no_such_message") for type in ALL),
    ("edit", "base", NO_NUMBERS, "bad_frame"),
    ("edit", "text", [MISSING, None, 5, ["x"], "a\0b", "\ud800"], "bad_text"),
    ("edit", "text", ["", " \n\u2003", "\u200b"], "no_text"),
    ("edit", "text", ["x" * 10_001], "too_long"),
    ("react", "on", [MISSING, None, "yes", 1, 0], "bad_frame"),
    ("react", "emoji", [MISSING, None, 5, ["👍"]], "bad_frame"),
    ("react", "emoji", ["", "a", "🇩🇪", "👍" * 100, "👍👍", " 👍", "\0", "\ud800"], "bad_reaction"),
    ("react", "emoji", ["❤", "❤\ufe0e", "👍\ufe0f", "👍\ufe0e", "👍🏽", "👍\u200d"], "bad_reaction"),  # look-alikes
]


@pytest.mark.parametrize(("type", "field", "values", "code"), ROWS)
async def test_an_invalid_change_is_answered_with_an_error_and_changes_nothing(
    ana: Person, ben: Person, config: Config, type: str, field: str, values: list[Any], code: str
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    before = everything(config)
    for value in values:
        fields = {"thread": thread, **WELL_FORMED, field: value}
        await socket.says(type, **{name: value for name, value in fields.items() if value is not MISSING})
        error = await socket.receives("error")
        assert error["code"] == code, value
        assert field == "thread" or error["thread"] == thread
        assert field == "id" or error["id"] == UUID
    assert everything(config) == before
    await socket.receives("done", id=await socket.edits(thread, 1, "Better"))


def everything(config: Config) -> list[Any]:
    return [execute(str(config.database_url), f"select * from {table} order by 1, 2") for table in TABLES]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ("1", "bad_frame"),
        (1.5, "bad_frame"),
        (True, "bad_frame"),
        ([1], "bad_frame"),
        (-1, "no_such_message"),
        (0, "no_such_message"),
        (2, "no_such_message"),
        (2**53, "no_such_message"),
        (-(10**30), "no_such_message"),
    ],
)
async def test_a_reply_to_no_message_is_refused_and_not_stored(
    ana: Person, ben: Person, config: Config, reply: Any, code: str
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    before = everything(config)
    await socket.says("send", thread=thread, id=UUID, text="I agree", reply=reply)
    error = await socket.receives("error")
    assert (error["code"], error["id"], error["thread"]) == (code, UUID, thread)
    assert everything(config) == before
    await socket.says("send", thread=thread, id=UUID, text="I agree", reply=None)
    assert await socket.receives("sent", id=UUID)


async def test_a_reply_is_stored_while_its_original_is_being_deleted(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    deleted = await at_ana.deletes(thread, 1)
    await at_ben.says("send", thread=thread, id=UUID, text="I agree", reply=1)
    await at_ana.receives("done", id=deleted)
    assert (await at_ben.receives_one_of("sent", "error"))["type"] == "sent"
    original, answer = (await ana.json(f"/messages/chat/{thread}/history"))["messages"]
    assert (original["text"], bool(original["deleted"]), answer["reply"]) == ("", True, 1)


async def test_a_reply_names_its_original(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.says("send", thread=thread, id=UUID, text="I agree", reply=1)
    assert (await at_ben.receives("sent")).get("change") is None
    assert (await at_ana.receives("message", seq=2))["reply"] == 1
    await at_ben.receives("done", id=await at_ben.edits(thread, 2, "I agree!"))
    await at_ben.says("send", thread=thread, id=UUID, text="I agree")
    assert (await at_ben.receives("sent", id=UUID))["change"] == 1


async def test_the_syntax_of_a_frame_is_checked_first_then_its_text_then_the_message(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()

    async def code(**fields: Any) -> str:
        await socket.says("edit", **{"thread": thread, **WELL_FORMED, **fields})
        return str((await socket.receives("error"))["code"])

    assert await code(text=" ", seq=-1) == "bad_frame"
    assert await code(text=" ", base="0") == "bad_frame"
    assert await code(text="x" * 10_001, seq=99) == "too_long"
    assert await code(text="x" * 10_001, thread=thread + 1) == "too_long"
    assert await code(text=" ", seq=99) == "no_such_message"  # it might have files
    assert await code(text=" ") == "no_text"


async def test_a_base_above_all_changes_is_accepted(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    assert (await socket.receives("done", id=await socket.edits(thread, 1, "Better", base=2**60)))["change"] == 1


@pytest.mark.parametrize("text", ["*", "**", "** **", "___", "`", "```", "```\n```", ">", ">\n>", "**_`", "*" * 10_000])
async def test_a_text_of_formatting_marks_only_is_stored_and_shown_as_typed(
    ana: Person, ben: Person, text: str
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    await socket.receives("done", id=await socket.edits(thread, 1, text))
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message["text"] == text
    page = (await ben.get(f"/messages/chat/{thread}/")).text
    shown = regex.search(r'class="message-text[^>]*>(.*?)</div>', page, regex.DOTALL)
    assert shown is not None
    assert unescape(regex.sub("<[^>]*>", "", shown[1])).strip() == text


async def test_an_upper_case_id_is_answered_in_lower_case(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    await socket.says("delete", thread=thread, seq=1, id=UUID.upper())
    assert await socket.receives("done") == {"type": "done", "thread": thread, "id": UUID, "change": 1}


async def test_a_blocked_user_may_delete_and_remove_but_not_edit_or_react(ana: Person, ben: Person) -> None:
    thread = await ben.writes_to(ana)
    socket = await ben.socket()
    await socket.receives("done", id=await socket.reacts(thread, 1, "👍"))
    await ana.post("/messages/block/", page="/messages/", user=str(ben.id), next="/messages/")
    for refused in (socket.edits(thread, 1, "Better"), socket.reacts(thread, 1, "🙏")):
        error = await socket.receives("error", id=await refused)
        assert error["code"] == "accepts_no_messages"
    for taken_back in (socket.reacts(thread, 1, "👍", on=False), socket.deletes(thread, 1)):
        await socket.receives("done", id=await taken_back)


async def test_changes_count_as_messages_for_the_rate(serve: Serve) -> None:
    url = await serve(messages_per_second=0.001, messages_burst=4)  # the first is the message itself
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        socket = await ana.socket()
        for asked in (socket.edits(thread, 1, "Better"), socket.reacts(thread, 1, "👍"), socket.deletes(thread, 1)):
            await socket.receives("done", id=await asked)
        await is_refused(socket, thread, await socket.edits(thread, 1, "a\0b"))
        await is_refused(socket, thread, await socket.reacts(thread, 1, "a"))


async def is_refused(socket: Socket, thread: int, id: str) -> None:
    error = await socket.receives("error", id=id)
    assert (error["code"], error["thread"]) == ("too_many", thread)
    assert error["retry_after"] > 0


async def test_a_thousand_edits_at_once_are_answered_and_the_last_one_stands(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()

    async def edits() -> list[str]:
        return [await socket.edits(thread, 1, f"number {number}", base=2**50) for number in range(1000)]

    async def answers() -> list[tuple[str, int]]:  # read meanwhile: who reads nothing is cut off
        done = [await socket.receives("done") for _ in range(1000)]
        return [(frame["id"], frame["change"]) for frame in done]

    ids, answered = await asyncio.gather(edits(), answers())
    assert answered == [(id, number + 1) for number, id in enumerate(ids)]
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert (message["text"], message["change"]) == ("number 999", 1000)


async def test_a_deletion_wins_over_an_edit_from_another_device(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    phone, laptop = await ana.socket(), await ana.socket()
    edited, deleted = await phone.edits(thread, 1, "Better"), await laptop.deletes(thread, 1)
    answer = await phone.receives_one_of("done", "error")
    assert answer["id"] == edited
    assert answer.get("code", "no_such_message") == "no_such_message"
    await laptop.receives("done", id=deleted)
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message["text"] == ""
    assert message["deleted"]
