"""Uploading: once, whoever asks again; nothing is left of what broke off."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.files import discards, fetches, has_uploaded, picture, sends, stored_files, token_of, uploads
from tests.support.people import PATIENCE, Person
from tests.support.raw import Raw, cookie_of
from tests.support.servers import Serve


async def test_an_upload_that_is_repeated_gets_the_same_answer_and_keeps_its_first_bytes(ana: Person) -> None:
    id = str(uuid4())
    first = await uploads(ana, b"first", "a.txt", id=id)
    assert first[0] == 201
    assert await uploads(ana, b"second, longer", "b.txt", id=id.upper()) == (200, first[1])
    assert await fetches(ana, id) == (200, b"first")


async def test_two_uploads_of_one_id_at_once_are_one(ana: Person) -> None:
    id = str(uuid4())
    answers = await asyncio.gather(*(uploads(ana, b"x" * 300_000, id=id) for _ in range(4)))
    codes = sorted((status, file.get("code", "")) for status, file in answers)
    assert codes[-1] in {(201, ""), (503, "unavailable")}
    assert sum(status == 201 for status, _ in answers) == 1
    assert {status for status, _ in answers} <= {200, 201, 503}


async def test_of_two_people_who_upload_under_one_id_one_has_it(ana: Person, ben: Person) -> None:
    id, content = str(uuid4()), {"Ana": b"a" * 300_000, "Ben": b"b" * 300_000}
    answers = await asyncio.gather(*(uploads(person, content[person.name], id=id) for person in (ana, ben)))
    (winner,) = [person for person, (status, _) in zip((ana, ben), answers, strict=True) if status == 201]
    loser = ben if winner is ana else ana
    status, answer = await uploads(loser, b"again", id=id)
    assert (status, answer["code"]) == (404, "no_such_file")
    assert (await fetches(loser, id))[0] == 404
    assert await fetches(winner, id) == (200, content[winner.name])


async def test_a_file_that_is_taken_back_while_it_arrives_is_not_kept(ana: Person, config: Config) -> None:
    id, may_end = str(uuid4()), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 300_000
        await may_end.wait()
        yield b"x"

    upload = asyncio.create_task(uploads(ana, body(), id=id))
    async with asyncio.timeout(PATIENCE):
        while not execute(str(config.database_url), "select 1 from files"):
            await asyncio.sleep(0.02)
    assert await discards(ana, id) == 204
    may_end.set()
    status, answer = await upload
    assert (status, answer["code"]) == (503, "unavailable")
    assert stored_files(config) == []
    assert (await uploads(ana, b"again", id=id))[0] == 201


async def test_a_file_can_be_taken_back_until_it_is_sent(ana: Person, ben: Person, config: Config) -> None:
    chat, id = await ana.writes_to(ben), await has_uploaded(ana, picture())
    assert len(stored_files(config)) == 2
    assert await discards(ben, id) == 404
    assert [await discards(ana, id), await discards(ana, id), await discards(ana, str(uuid4()))] == [204] * 3
    assert stored_files(config) == []
    assert (await uploads(ana, b"again", id=id))[0] == 201
    await sends(ana, chat, id)
    assert await discards(ana, id) == 404
    assert await fetches(ben, id) == (200, b"again")


async def test_uploads_have_limits_of_size_number_and_room(serve: Serve) -> None:
    url = await serve(max_file_bytes=1000, file_quota=1500, uploads_a_minute=7)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        refused = [
            await uploads(ana, b"x" * 1001),
            await uploads(ana, _pieces(1001)),
            await uploads(ana, b""),
            await uploads(ana, _pieces(0)),
        ]
        assert [(status, answer["code"]) for status, answer in refused] == [
            (413, "too_big"), (413, "too_big"), (400, "no_file"), (400, "no_file"),
        ]  # fmt: skip
        first = await has_uploaded(ana, b"x" * 1000)
        assert [(status, answer["code"]) for status, answer in [await uploads(ana, b"x" * 501)]] == [(507, "no_room")]
        await discards(ana, first)
        assert (await uploads(ana, b"x" * 501))[0] == 201
        status, answer = await uploads(ana, b"x")
        assert (status, answer["code"], answer["retry_after"] > 0) == (429, "too_many", True)


async def test_a_disk_that_is_nearly_full_takes_messages_but_no_files(serve: Serve) -> None:
    url = await serve(files_free=2**60)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        status, answer = await uploads(ana, b"x")
        assert (status, answer["code"]) == (507, "no_room")
        assert await ana.writes_to(ben)


async def test_a_folder_that_takes_no_files_takes_none_and_messages_go_on(serve: Serve) -> None:
    url = await serve(files_dir="/proc", files_free=0)  # not even of root
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        chat = await ana.writes_to(ben)
        answers = [await uploads(ana, b"x"), await uploads(ana, picture())]
        assert [(status, answer["code"]) for status, answer in answers] == [(503, "unavailable")] * 2
        assert (await sends(ana, chat, text="still here"))["seq"] == 2


async def test_a_storage_that_is_gone_is_unavailable(ana: Person, ben: Person, config: Config, tmp_path: Path) -> None:
    chat, kept = await ana.writes_to(ben), await has_uploaded(ana, b"kept")
    await sends(ana, chat, kept)
    Path(config.files_dir).rename(tmp_path / "elsewhere")  # noqa: ASYNC240
    answers = [await uploads(ana, b"x"), await uploads(ana, picture())]
    assert [(status, answer["code"]) for status, answer in answers] == [(503, "unavailable")] * 2
    assert (await fetches(ben, kept))[0] == 503
    assert (await sends(ana, chat, text="still here"))["seq"] == 3
    (tmp_path / "elsewhere").rename(config.files_dir)
    assert await fetches(ben, kept) == (200, b"kept")


@pytest.mark.parametrize(
    "headers", [{"X_CSRF_Token": ""}, {"X_CSRF_Token": "x" * 86}, {"Sec_Fetch_Site": "cross-site"}]
)
async def test_only_our_own_pages_upload(ana: Person, headers: dict[str, str]) -> None:
    assert (await uploads(ana, b"x", **headers))[0] == 403


async def test_a_body_that_breaks_off_leaves_nothing(ana: Person, config: Config) -> None:
    id, token = str(uuid4()), await token_of(ana)
    begun = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield b"x" * 300_000
        begun.set()
        await asyncio.Event().wait()

    async with aiohttp.ClientSession(ana.url, cookies=[(ana.session.key, ana.session.value)]) as http:
        request = asyncio.create_task(http.put(f"/messages/files/{id}", data=body(), headers={"X-CSRF-Token": token}))
        await begun.wait()
        busy = await uploads(ana, b"meanwhile", id=id)
        request.cancel()
    async with asyncio.timeout(20):
        while (answer := await uploads(ana, b"whole", id=id))[0] == 503:
            await asyncio.sleep(0.02)
    assert answer[0] == 201
    assert busy[0] in {201, 503}
    assert len(stored_files(config)) == 1


async def test_a_body_that_is_too_slow_or_shorter_than_it_said_leaves_nothing(serve: Serve, config: Config) -> None:
    async def drips(raw: Raw) -> None:
        while True:
            await raw.sends(b"x")
            await asyncio.sleep(0.1)

    async with Person(await serve(request_timeout=1), "Ana") as ana:
        await ana.sign_up()
        token = await token_of(ana)
        for length in (100, 100_000):
            id = str(uuid4())
            async with Raw(ana.url) as raw:
                head = f"Content-Length: {length}", f"Cookie: {cookie_of(ana)}", f"X-CSRF-Token: {token}"
                await raw.requests(f"PUT /messages/files/{id} HTTP/1.1", *head, body=b"x" * 10)
                dripping = asyncio.create_task(drips(raw)) if length > 100 else None
                await raw.is_closed()
                if dripping:
                    dripping.cancel()
            async with asyncio.timeout(PATIENCE):
                while execute(str(config.database_url), "select 1 from files"):
                    await asyncio.sleep(0.02)
        assert stored_files(config) == []


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, 100):
        yield b"x" * min(100, size - start)


async def test_a_request_that_is_cancelled_while_its_picture_is_encoded_leaves_no_file_open(ana: Person) -> None:
    before = open_files()
    upload = asyncio.create_task(uploads(ana, picture(size=(5000, 4000)), "sea.png", "image/png"))
    async with asyncio.timeout(PATIENCE):
        while open_files() < before + 3:  # the upload, the picture, and the small one
            await asyncio.sleep(0.02)
        upload.cancel()  # which cancels the handler, too
        while open_files() > before:  # closed by the garbage collector they would make pytest complain
            await asyncio.sleep(0.02)


def open_files() -> int:
    """The files without a name that this process has open."""
    descriptors = [each for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return sum("/#" in str(each.readlink()) for each in descriptors)
