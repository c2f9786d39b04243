"""The storages: a folder and a bucket of S3; what was not sent goes, and what was deleted goes a day later."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from chatserver.config.settings import Config
from chatserver.server.preflight.files import files_advice
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.files import discards, fetches, has_uploaded, opened, picture, sends, stored_files, tag_of, uploads
from tests.support.people import PATIENCE, Person
from tests.support.ports import unused_port
from tests.support.servers import Serve


class Bucket:
    """A bucket of a stand-in for S3 on loopback."""

    def __init__(self, port: int) -> None:
        self.url = f"http://key:secret@127.0.0.1:{port}/pictures/chat?region=us-east-1"
        self.client: Any = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="key",
            aws_secret_access_key="secret",
        )  # fmt: skip
        self.client.create_bucket(Bucket="pictures")

    def keys(self) -> list[str]:
        return [entry["Key"] for entry in self.client.list_objects_v2(Bucket="pictures").get("Contents", [])]


@pytest.fixture
async def bucket() -> AsyncIterator[Bucket]:
    port = unused_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    await asyncio.to_thread(server.start)
    try:
        yield await asyncio.to_thread(Bucket, port)
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_bucket_does_what_a_folder_does(serve: Serve, bucket: Bucket) -> None:
    url = await serve(files_url=bucket.url, files_dir="", deleted_files=0.3, unsent_files=3600)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        chat = await ana.writes_to(ben)
        large = bytes(range(256)) * 24 * 1024  # more than one part of an upload
        notes, shown = await has_uploaded(ana, large), await has_uploaded(ana, picture(size=(900, 600)))
        assert len(bucket.keys()) == 3
        assert {key.split("/")[0] for key in bucket.keys()} == {"chat"}  # noqa: SIM118  # no dict
        await sends(ana, chat, notes, shown)
        assert await fetches(ben, notes) == (200, large)
        assert await fetches(ben, notes, Range="bytes=1000000-1000003") == (206, large[1_000_000:1_000_004])
        assert (await fetches(ben, notes, Range="bytes=99999999-"))[0] == 416
        assert await fetches(ben, notes, Range="bytes=0-1,4-5") == (200, large)
        assert opened((await fetches(ben, shown, "small"))[1]).size == (480, 320)
        tag = await tag_of(ben, notes)
        assert await fetches(ben, notes, **{"If-None-Match": tag}) == (304, b"")
        assert await discards(ana, await has_uploaded(ana, b"unsent")) == 204
        assert len(bucket.keys()) == 3
        socket = await ana.socket()
        await socket.deletes(chat, 2)
        await socket.receives("done")
        await becomes(lambda: bucket.keys() == [])


async def test_a_bucket_that_is_away_refuses_files_and_takes_messages(serve: Serve) -> None:
    away = f"http://key:secret@127.0.0.1:{unused_port()}/pictures"
    url = await serve(files_url=away, files_dir="")
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        chat = await ana.writes_to(ben)
        status, answer = await uploads(ana, b"x")
        assert (status, answer["code"]) == (503, "unavailable")
        assert (await sends(ana, chat, text="still here"))["seq"] == 2


async def test_what_is_not_sent_goes_and_what_is_deleted_goes_later(serve: Serve, config: Config) -> None:
    url = await serve(unsent_files=4, deleted_files=5)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        chat = await ana.writes_to(ben)
        kept, deleted = await has_uploaded(ana, b"kept"), await has_uploaded(ana, b"deleted")
        await sends(ana, chat, kept)
        await sends(ana, chat, deleted)
        unsent = await has_uploaded(ana, picture())
        socket = await ana.socket()
        await socket.deletes(chat, 3)
        await socket.receives("done")
        assert len(stored_files(config)) == 4
        await becomes(lambda: len(stored_files(config)) == 1)
        assert (await fetches(ana, unsent))[0] == 404
        assert await fetches(ben, kept) == (200, b"kept")
        answer = await sends(ana, chat, unsent)
        assert answer["code"] == "no_such_file"
        assert (await uploads(ana, b"again", id=unsent))[0] == 201
        assert (await uploads(ana, b"again", id=deleted))[1]["code"] == "duplicate_id"


async def test_the_chats_group_reads_its_files_and_nobody_else_does(ana: Person, config: Config) -> None:
    umask = os.umask(0o077)
    try:
        await has_uploaded(ana, picture())
    finally:
        os.umask(umask)
    folder = Path(config.files_dir)
    found = {(path.is_dir(), path.stat().st_mode & 0o777) for path in (folder, *folder.rglob("*"))}  # noqa: ASYNC240
    assert found == {(True, 0o750), (False, 0o640)}


async def becomes(condition: Any) -> None:
    """Waits until the condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(condition):
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.05)


async def test_check_tells_whether_files_can_be_stored_and_are_shared(config: Config) -> None:
    database = str(config.database_url)
    production = {
        "APP_ENV": "production", "SECRET_KEYS": "x" * 20, "API_KEY": "y" * 20, "ORIGINS": "https://chat.example.org",
    }  # fmt: skip
    folder, other = config.data_dir / "files", config.data_dir / "other"

    async def problems(place: object) -> str:
        _, _, errors = await chatserver(config, "check", **production, FILES_DIR=str(place))
        return errors

    assert "FILES_DIR" not in await problems(folder)
    assert "FILES_DIR" not in await problems(folder)
    execute(database, "insert into users (name, name_key, password_hash) values ('Ana', 'ana', '!')")
    execute(
        database,
        "insert into files (id, user_id, key, name, type, bytes, touched_at)"
        " select gen_random_uuid(), id, gen_random_uuid(), 'a', 'b/c', 1, now() from users",
    )
    assert "FILES_DIR leads to another place than the one that this database knows" in await problems(other)
    blocked = config.data_dir / "blocked"
    blocked.write_text("a file, not a folder")
    assert "Files cannot be stored" in await problems(blocked)
    assert "Nobody can send pictures or files" in files_advice(replace(config, files_dir=""))[0]
