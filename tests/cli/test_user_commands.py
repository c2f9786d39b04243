"""Accounts from the terminal: `python -m chatserver user …`."""

import asyncio
import json
import os
import pty
import stat
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.people import PASSWORD, PATIENCE, Person
from tests.support.processes import environment
from tests.support.servers import Serve

pytestmark = pytest.mark.long

NOBODY_LISTENS = "redis://127.0.0.1:1"
ANOTHER = "another horse battery"


async def user(config: Config, *arguments: str, **options: str) -> dict[str, Any]:
    code, output, errors = await chatserver(config, "user", *arguments, **options)
    assert (code, errors) == (0, "")
    answer: dict[str, Any] = json.loads(output)
    return answer


async def refused(config: Config, *arguments: str, **options: str) -> str:
    code, output, errors = await chatserver(config, "user", *arguments, **options)
    assert (code, output) == (1, "")
    assert errors.count("\n") == 1
    return errors.removeprefix("chatserver: ").strip()


async def test_a_user_is_created_with_a_password_from_standard_input(config: Config, serve: Serve) -> None:
    made = await user(config, "create", "Ana", "--admin", typed=PASSWORD + "\n")
    assert made == {"id": made["id"], "name": "Ana", "admin": True}
    async with Person(await serve(), "Ana") as ana:
        assert (await ana.sign_in()).status == 303
    assert await refused(config, "create", "ana", typed=PASSWORD) == "This name is taken. Choose another."
    assert (await refused(config, "create", "Ben", typed="short")).startswith("Choose a password of")


@pytest.mark.parametrize("again", [PASSWORD, ANOTHER])
async def test_a_terminal_asks_for_the_password_twice_and_does_not_show_it(config: Config, again: str) -> None:
    terminal, its_end = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatserver", "user", "create", "Ana",
        env=environment(config), start_new_session=True,
        stdin=its_end, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        for prompt, typed in [(b"Password: ", PASSWORD), (b"Again: ", again)]:
            async with asyncio.timeout(PATIENCE):
                await process.stderr.readuntil(prompt)
            os.write(terminal, typed.encode() + b"\n")
        output, errors = await process.communicate()
        os.set_blocking(terminal, False)
        with pytest.raises(BlockingIOError):  # nothing was shown
            os.read(terminal, 1000)
    finally:
        os.close(its_end)
        os.close(terminal)
    if again == PASSWORD:
        assert json.loads(output)["name"] == "Ana"
    else:
        assert (process.returncode, output) == (1, b"")
        assert b"The two passwords differ." in errors


@pytest.mark.parametrize("arguments", [["Ana", PASSWORD], ["Ana", "--password", PASSWORD]])
async def test_passwords_are_not_accepted_as_arguments(config: Config, arguments: list[str]) -> None:
    code, _, errors = await chatserver(config, "user", "create", *arguments)
    assert code == 2
    assert "unrecognized arguments" in errors
    assert execute(str(config.database_url), "select count(*) from users") == [(0,)]


async def test_a_created_user_sets_the_password_by_a_link(config: Config, serve: Serve) -> None:
    made = await user(config, "create", "Ana", "--link", ORIGINS="https://chat.example https://other.example")
    assert made["link"].startswith("https://chat.example/messages/reset/")
    assert made["until"].endswith("Z")
    async with Person(await serve(), "Ana") as ana:
        assert (await follows(ana, made["link"], PASSWORD)) == 303
        assert (await ana.sign_in()).status == 303


async def follows(person: Person, link: str, password: str) -> int:
    token = (await person.get("/messages/sign-in/")).field("csrf_token")
    path = "/messages/" + link.partition("/messages/")[2]
    return (await person.post_raw(path, {"csrf_token": token, "new_password": password})).status


async def test_a_link_sets_a_new_password_once(ana: Person, config: Config) -> None:
    socket = await ana.socket()
    link = (await user(config, "reset", "ana"))["link"]
    async with Person(ana.url, "Ana") as elsewhere:
        assert await follows(elsewhere, link, ANOTHER) == 303
        assert await follows(elsewhere, link, "a third horse battery") == 404
        assert await socket.ends() == 4001
        assert (await elsewhere.sign_in()).status == 403
        assert (await elsewhere.sign_in(ANOTHER)).status == 303


async def test_locking_a_stolen_account_ends_its_password_and_sessions_before_the_link_is_used(
    ana: Person, config: Config
) -> None:
    socket = await ana.socket()
    stolen = (await user(config, "reset", "Ana"))["link"]
    made = await user(config, "reset", "Ana", "--lock")
    assert await follows(ana, stolen, PASSWORD) == 404
    assert made["sessions_ended"] == 1
    assert await socket.ends() == 4001
    assert (await ana.sign_in()).status == 403
    assert await follows(ana, made["link"], PASSWORD) == 303


async def test_a_disabled_user_is_signed_out_everywhere_and_cannot_sign_in(
    ana: Person, serve: Serve, config: Config
) -> None:
    there = await serve(port=0, origins=(str(ana.url.origin()),))
    async with Person(there, "Ana") as elsewhere:
        await elsewhere.sign_in()
        sockets = [await ana.socket(), await elsewhere.socket(str(ana.url.origin()))]
        result = await user(config, "disable", "Ana")
        assert result == {"id": ana.id, "name": "Ana", "disabled": True, "sessions_ended": 2}
        assert [await socket.ends() for socket in sockets] == [4001, 4001]
    assert (await ana.get("/messages/")).status == 303
    answer = await ana.sign_in()
    assert (answer.status, answer.alert) == (
        403,
        "This account has been disabled. Contact the people who run this site.",
    )
    assert (await refused(config, "reset", "Ana")).startswith("Ana is disabled: no link lets them in before")
    await user(config, "enable", "Ana")
    assert (await ana.sign_in()).status == 303


async def test_sessions_are_ended_everywhere(ana: Person, config: Config) -> None:
    socket = await ana.socket()
    assert (await user(config, "end-sessions", "Ana"))["sessions_ended"] == 1
    assert await socket.ends() == 4001
    assert (await ana.sign_in()).status == 303


async def test_the_remaining_step_is_named_while_redis_is_unavailable(ana: Person, config: Config) -> None:
    error = await refused(config, "disable", "Ana", REDIS_URL=NOBODY_LISTENS)
    assert error.startswith("Ana is disabled, but the sessions could not be ended")
    assert "`python -m chatserver user end-sessions Ana`" in error
    assert "not deleted" in await refused(config, "erase", "Ana", "--yes", REDIS_URL=NOBODY_LISTENS)
    assert (await refused(config, "end-sessions", "Ana", REDIS_URL=NOBODY_LISTENS)).startswith("Redis does not answer")
    assert (await user(config, "end-sessions", "Ana"))["sessions_ended"] == 1


async def test_the_list_of_users_marks_administrators(ana: Person, ben: Person, config: Config) -> None:
    await ana.writes_to(ben)
    await user(config, "promote", "Ana")
    shown = await user(config, "show", "Ana")
    assert shown.pop("created_at").endswith("Z")
    assert shown == {"id": ana.id, "name": "Ana", "admin": True, "disabled": False, "sessions": 1, "threads": 1}
    assert (await user(config, "demote", "Ana"))["admin"] is False
    assert (await user(config, "show", "Ana"))["admin"] is False


async def test_data_is_written_to_a_file_that_only_its_owner_can_read(
    ana: Person, ben: Person, config: Config, tmp_path: Path
) -> None:
    thread = await ana.writes_to(ben, "Hello")
    file = tmp_path / "ana.zip"
    result = await user(config, "export", "Ana", "--to", str(file))
    assert result == {"id": ana.id, "name": "Ana", "file": str(file), "messages": 1}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with ZipFile(file) as archive:
        assert json.loads(archive.read(f"conversations/{thread}.json"))[0]["text"] == "Hello"
    before = file.read_bytes()
    assert (await refused(config, "export", "Ben", "--to", str(file))) == f"{file} cannot be written: File exists."
    assert file.read_bytes() == before


async def test_a_file_that_cannot_be_finished_is_removed(ana: Person, config: Config, tmp_path: Path) -> None:
    file = tmp_path / "ana.zip"
    await refused(config, "export", "Ana", "--to", str(file), REDIS_URL=NOBODY_LISTENS)
    assert not file.exists()


async def test_others_see_an_erased_user_as_a_deleted_person(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "stays")
    socket = await ana.socket()
    assert "nothing was deleted" in await no_answer(config, "erase", "Ana", typed="Ben\n")
    result = await user(config, "erase", "Ana", "--yes")
    assert result == {"id": ana.id, "name": "Ana", "deleted": True, "messages_erased": 0}
    assert await socket.ends() == 4001
    (message,) = (await ben.json(f"/messages/chat/{thread}/history"))["messages"]
    assert (message["sender"]["name"], message["text"]) == ("", "stays")
    assert (await refused(config, "show", "Ana")) == "Nobody here has this name. Check the spelling."
    assert (await ana.sign_in()).status == 403


async def no_answer(config: Config, *arguments: str, typed: str) -> str:
    code, output, errors = await chatserver(config, "user", *arguments, typed=typed)
    assert (code, output) == (1, "")
    return errors


async def test_all_messages_of_a_user_are_deleted_in_several_steps(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "gone")
    await ben.writes_to(ana, "stays")
    execute(
        str(config.database_url),
        f"insert into messages select {thread}, seq, {ana.id}, gen_random_uuid(), 'gone', now()"
        f" from generate_series(3, 1500) seq; update threads set last_seq = 1500 where id = {thread}",
    )
    code, output, errors = await chatserver(config, "user", "erase", "Ana", "--messages", typed="Ana\n")
    assert (code, "Type the name" in errors) == (0, True)
    assert json.loads(output)["messages_erased"] == 1499
    texts = execute(str(config.database_url), "select distinct text from messages order by text")
    assert texts == [("",), ("stays",)]
    history = (await ben.json(f"/messages/chat/{thread}/history?after=0"))["messages"]
    assert [message["text"] for message in history[:3]] == ["", "stays", ""]
    assert ["deleted" in message for message in history[:3]] == [True, False, True]
    page = (await ben.get(f"/messages/chat/{thread}/?at=1", headers={"Accept-Language": "ru"})).text
    assert page.count('<div class="message-text" dir="auto">Сообщение удалено</div>') == 49
    assert '<bdi class="preview-text">Сообщение удалено</bdi>' in page


@pytest.mark.parametrize("action", ["disable", "reset", "erase"])
async def test_an_unknown_user_is_reported_in_one_sentence(config: Config, action: str) -> None:
    yes = ["--yes"] if action == "erase" else []
    assert (await refused(config, action, "Nobody", *yes)) == "Nobody here has this name. Check the spelling."
