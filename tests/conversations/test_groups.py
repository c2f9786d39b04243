"""Threads of any number of people, and the command line that makes them."""

import json
from typing import Any

import aiohttp
import pytest

from chatserver.config.settings import Config
from tests.support.commands import chatserver, thread
from tests.support.database import execute
from tests.support.people import Person


async def test_the_members_of_a_group_receive_each_others_messages(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = await thread(config, "create", "Ana", "ben", "CLEO")
    assert [member["name"] for member in group["members"]] == ["Ana", "Ben", "Cleo"]
    sockets = [await person.socket() for person in (ana, ben, cleo)]
    id = await sockets[0].sends(group["id"], "to all")
    for socket in sockets:
        await socket.receives("message", id=id)
    assert "<title>Ben, Cleo</title>" in (await ana.get(f"/messages/chat/{group['id']}/")).text


async def test_two_people_keep_their_existing_thread(ana: Person, ben: Person, config: Config) -> None:
    first = await ana.writes_to(ben)
    assert (await thread(config, "create", "Ben", "Ana"))["id"] == first
    code, _, errors = await chatserver(config, "thread", "remove", str(first), "Ben")
    assert (code, errors) == (1, "chatserver: This chat doesn’t exist.\n")


async def test_a_new_member_starts_reading_at_the_last_message(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    async with Person(ana.url, "Dora") as dora:
        await dora.sign_up()
        group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
        socket = await ana.socket()
        await socket.receives("sent", id=await socket.sends(group, "before Dora"))
        await thread(config, "add", str(group), "Dora")
        assert 'data-unread="0"' in (await dora.get("/messages/")).text
        at_dora = await dora.socket()
        id = await socket.sends(group, "hello Dora")
        await at_dora.receives("message", id=id)
        assert 'data-unread="1"' in (await dora.get("/messages/")).text


async def test_what_happens_in_a_thread_reaches_its_participants_and_nobody_else(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    async with Person(ana.url, "Dora") as dora:
        await dora.sign_up()
        group = (await thread(config, "create", "Ana", "Ben", "Dora"))["id"]
        at_ana, at_ben, at_cleo, at_dora = [await person.socket() for person in (ana, ben, cleo, dora)]
        await at_dora.opens(group)
        await thread(config, "remove", str(group), "Dora")
        for chat in (group, await ana.writes_to(ben)):
            await at_ana.opens(chat)
            await at_ana.sends(chat, "for us alone")
            seen = await at_ben.receives("message", text="for us alone", thread=chat)
            await at_ben.says("read", thread=chat, seq=seen["seq"])
            await at_ben.says("typing", thread=chat)
            await at_ana.receives("typing", thread=chat)
        for socket, expected in ((at_cleo, ["pong"]), (at_dora, ["removed", "error", "pong"])):
            types = [frame["type"] for frame in await socket.everything_so_far()]
            before = {"presence", "thread", "note"}  # from when Dora was still in the group
            assert [type for type in types if type not in before] == expected


async def test_a_removed_users_chat_closes_and_catches_up_after_they_return(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    at_ana, at_cleo = await ana.socket(), await cleo.socket()
    await at_cleo.opens(group)
    await thread(config, "remove", str(group), "Cleo")
    error = await at_cleo.receives("error")
    assert (error["thread"], error["code"]) == (group, "no_such_thread")
    await at_ana.receives("sent", id=await at_ana.sends(group, "meanwhile"))
    await thread(config, "add", str(group), "Cleo")
    await at_cleo.says("open", thread=group, after=0)
    assert (await at_cleo.receives("message"))["text"] == "meanwhile"
    assert (await at_cleo.receives("opened"))["last"] == 1


async def test_a_removed_user_receives_and_finds_nothing(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    at_ana, at_cleo = await ana.socket(), await cleo.socket()
    await at_cleo.opens(group)
    await thread(config, "remove", str(group), "Cleo")
    await at_cleo.receives("error")  # the chat is no longer open
    await at_ana.receives("sent", id=await at_ana.sends(group, "without Cleo"))
    for type, fields in [("open", {"after": 0}), ("read", {"seq": 1}), ("typing", {})]:
        await at_cleo.says(type, thread=group, **fields)
        assert (await at_cleo.receives("error"))["code"] == "no_such_thread"
    assert (await cleo.get(f"/messages/chat/{group}/")).status == 404
    assert f"/messages/chat/{group}/" not in (await cleo.get("/messages/")).text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["create", "Ana", "Nobody"], "Nobody here has this name. Check the spelling."),
        (["create", "Ana"], "A thread needs two people or more."),
        (["create", "Ana", "ana"], "A thread needs two people or more."),
        (["create", "Ana", "Ana", "--title", "Work"], "A thread needs two people or more."),
        (["add", "999", "Ana"], "This chat doesn’t exist."),
        (["title", "999", "Work"], "This chat doesn’t exist."),
        (["title", "999", "Wo\u202erk"], "Choose a title of 1 to 100 visible characters."),
        (["title", "999", "\u3164"], "Choose a title of 1 to 100 visible characters."),
        (["title", "999", "a" * 101], "Choose a title of 1 to 100 visible characters."),
        (["owner", "999", "Ana"], "This chat doesn’t exist."),
        (["remove", "-- -1", "Ana"], None),
    ],
)
async def test_a_mistake_is_reported_in_one_sentence_with_exit_code_1(
    ana: Person, config: Config, arguments: list[str], sentence: str | None
) -> None:
    code, output, errors = await chatserver(config, "thread", *arguments)
    assert code != 0
    assert output == ""
    assert "Traceback" not in errors
    assert sentence is None or errors == f"chatserver: {sentence}\n"


async def test_provision_makes_people_threads_messages_and_sessions(config: Config, url: Any) -> None:
    numbers = ["--users", "4", "--threads", "2", "--messages", "5"]
    code, output, errors = await chatserver(config, "provision", *numbers)
    assert code == 0, errors
    made = json.loads(output)
    assert [thread["members"] for thread in made["threads"]] == [[0, 1], [2, 3]]
    assert len({user["username"] for user in made["users"]}) == 4
    headers = {"Cookie": made["users"][0]["cookie"]}
    async with aiohttp.ClientSession(url, headers=headers) as http:
        async with http.get("/messages/session") as answer:
            assert (await answer.json())["user"]["id"] == made["users"][0]["id"]
        async with http.get(f"/messages/chat/{made['threads'][0]['id']}/") as answer:
            page = await answer.text()
    assert "5 messages (2 received, 3 sent)" in page


async def test_provision_makes_groups(config: Config) -> None:
    numbers = ["--users", "6", "--threads", "2", "--people", "5"]
    _, output, _ = await chatserver(config, "provision", *numbers)
    made = json.loads(output)
    assert [thread["members"] for thread in made["threads"]] == [[0, 1, 2, 3, 4], [5, 0, 1, 2, 3]]
    owners = execute(str(config.database_url), "select user_id from participants where is_owner order by thread_id")
    assert owners == [(made["users"][0]["id"],), (made["users"][5]["id"],)]


@pytest.mark.parametrize(
    "numbers", [["--users", "3", "--threads", "2"], ["--users", "2", "--threads", "1", "--people", "3"]]
)
async def test_provision_reports_numbers_that_do_not_fit(config: Config, numbers: list[str]) -> None:
    code, output, errors = await chatserver(config, "provision", *numbers)
    assert (code, output) == (1, "")
    assert errors.startswith("chatserver: ")


async def test_provision_is_refused_in_production(config: Config) -> None:
    settings = {"APP_ENV": "production", "SECRET_KEYS": "x" * 32, "API_KEY": "y" * 32, "ORIGINS": "https://a.example"}
    code, output, errors = await chatserver(config, "provision", "--users", "1", "--threads", "0", **settings)
    assert (code, output) == (1, "")
    assert "refused in production" in errors
