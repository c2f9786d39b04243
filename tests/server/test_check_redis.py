"""An unsuitable Redis is reported in one clear sentence."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest

from chatserver.config.settings import Config
from tests.server.starting import said, start

pytestmark = pytest.mark.long


@pytest.mark.parametrize("url", ["redis://h:port", "redis://[", "redis://h/notadb", "unix:///nowhere/at/all"])
async def test_a_redis_url_that_leads_nowhere_is_reported_in_one_sentence(config: Config, url: str) -> None:
    code, text = await start(config, "check", REDIS_URL=url)
    assert (code, "Traceback" in text) == (1, False)
    assert "REDIS_URL" in text


@asynccontextmanager
async def redis_that(answers: dict[bytes, bytes], version: bytes = b"7.2.4", maxmemory: int = 0) -> AsyncIterator[str]:
    """A Redis that answers some commands as given, and the others with OK; yields its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            while head := await reader.readline():
                words = []
                for _ in range(int(head[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2])
                information = b"redis_version:" + version + b"\r\nmaxmemory:%d\r\n" % maxmemory
                information += b"maxmemory_policy:allkeys-lru\r\n"
                plain = b"$%d\r\n%s\r\n" % (len(information), information) if words[0] == b"INFO" else b"+OK\r\n"
                writer.write(answers.get(words[0], plain))

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield "redis://127.0.0.1:%d/0" % server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answers", "version", "sentence"),
    [
        ({}, b"6.2.14", "Redis is version 6.2.14, which is too old: 7 or newer, or Valkey, is required."),
        ({b"SET": b"-READONLY You can't write against a read only replica.\r\n"}, b"7.2.4", "Redis is read-only"),
        ({b"SET": b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"}, b"7.2.4", "Redis is full: raise"),
        ({b"SET": b"-MISCONF Errors writing to the AOF file\r\n"}, b"7.2.4", "it cannot save to its disk"),
        ({b"SET": b"-NOPERM no permissions\r\n"}, b"7.2.4", "and names REDIS_PREFIX, which is test-"),
        ({b"INFO": b"-NOAUTH Authentication required.\r\n"}, b"7.2.4", "password of REDIS_URL (Authentication"),
    ],
)  # fmt: skip
async def test_an_unsuitable_redis_is_reported_in_one_sentence(
    config: Config, answers: dict[bytes, bytes], version: bytes, sentence: str
) -> None:
    async with redis_that(answers, version) as url:
        said(await start(config, "check", REDIS_URL=url), sentence)


async def test_a_redis_that_evicts_keys_is_refused(config: Config) -> None:
    async with redis_that({}, maxmemory=1_000_000) as url:
        said(await start(config, "check", REDIS_URL=url), "Redis throws keys away when it is full, and so signs people")


async def test_a_wrong_redis_password_is_reported_in_one_sentence(config: Config) -> None:
    wrong = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
    async with redis_that({b"AUTH": wrong, b"HELLO": wrong}) as url:
        answer = await start(config, "check", REDIS_URL=url.replace("redis://", "redis://chat:wrong@"))
        said(answer, "Redis refuses the user or the password of REDIS_URL")
