"""Connections that are too slow are cut off, but not those that make progress, nor WebSockets."""

import asyncio
from uuid import uuid4

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.security.server import GUNICORN, SERVE, process
from tests.support.people import Person
from tests.support.raw import Raw, cookie_of
from tests.support.servers import Serve

pytestmark = pytest.mark.long

HEAD = "POST /messages/sign-in/ HTTP/1.1"
FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture
async def url(serve: Serve) -> URL:
    """The URL of a server with a request timeout of one second."""
    return await serve(request_timeout=1)


async def test_a_silent_connection_is_cut_off(url: URL) -> None:
    async with Raw(url) as raw:
        await raw.is_closed()


async def test_half_a_header_is_cut_off(url: URL) -> None:
    async with Raw(url) as raw:
        await raw.sends(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: y")
        await raw.is_closed()


async def test_a_header_that_never_ends_is_cut_off_whatever_it_contains(url: URL) -> None:
    async def drips(raw: Raw) -> None:
        await raw.sends(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ")
        while True:
            await raw.sends(b"y")
            await asyncio.sleep(0.05)

    async with Raw(url) as raw:
        dripping = asyncio.create_task(drips(raw))
        await raw.is_closed()
        dripping.cancel()


async def test_the_second_header_on_a_connection_has_the_same_time_limit(url: URL) -> None:
    async with Raw(url) as raw:
        await raw.requests("GET /healthz HTTP/1.1")
        assert await raw.answer() is not None
        await raw.sends(b"GET /healthz HTTP/1.1\r\nX: y")
        await raw.is_closed()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("Content-Length: 100", b""),
        ("Content-Length: 100", b"username=Ana"),
        ("Transfer-Encoding: chunked", b"c\r\nusername=Ana\r\n"),
        ("Transfer-Encoding: chunked", b"c\r\nuser"),
        ("Content-Length: 1099511627776", b"username=Ana"),
    ],
)
async def test_half_a_body_is_cut_off(url: URL, kind: str, body: bytes) -> None:
    async with Raw(url) as raw:
        await raw.requests(HEAD, FORM, kind, body=body)
        await raw.is_closed()


async def test_a_body_that_arrives_byte_by_byte_is_cut_off(url: URL) -> None:
    async def drips(raw: Raw) -> None:
        while True:
            await raw.sends(b"x")
            await asyncio.sleep(0.05)

    async with Raw(url) as raw:
        await raw.requests(HEAD, FORM, "Content-Length: 100000")
        dripping = asyncio.create_task(drips(raw))
        await raw.is_closed()
        dripping.cancel()


async def test_a_slow_body_that_makes_progress_arrives(url: URL) -> None:
    """It takes three seconds, while silence may last only one."""
    async with Raw(url) as raw:
        await raw.requests(HEAD, FORM, "Content-Length: 6000")
        for _ in range(30):
            await raw.sends(b"x" * 200)
            await asyncio.sleep(0.1)
        (answer,) = await raw.answers()
    assert answer.status == 403


async def test_a_used_connection_may_be_idle(url: URL) -> None:
    async with Raw(url) as raw, Raw(url) as silent:
        await raw.requests("GET /healthz HTTP/1.1")
        assert await raw.answer() is not None
        await silent.is_closed()
        await raw.requests("GET /healthz HTTP/1.1")
        assert await raw.answer() is not None


async def test_an_open_socket_may_be_silent_and_slow(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    async with Raw(ana.url) as raw:
        await raw.upgrades(cookie=cookie_of(ana))
        await raw.hears("hello")
        text = f'{{"type": "send", "thread": {thread}, "id": "{uuid4()}", "text": "slowly"}}'.encode()
        await raw.frame(text[:10], declared=len(text))
        async with Raw(ana.url) as silent:
            await silent.is_closed()
        await raw.sends(text[10:])
        assert (await raw.hears("sent"))["seq"] == 2


async def test_a_connection_may_be_slow_if_no_limit_is_set(serve: Serve) -> None:
    patient = await serve(request_timeout=0)
    async with Raw(patient) as raw:
        await raw.sends(b"GET /healthz HTTP/1.1\r\n")
        await raw.sends(b"Host: x\r\n\r\n")
        assert await raw.answer() is not None


@pytest.mark.parametrize("command", [SERVE, GUNICORN], ids=["serve", "gunicorn"])
async def test_a_started_server_cuts_off_slow_clients_and_logs_no_error(
    config: Config, command: tuple[str, ...]
) -> None:
    async with process(config, *command, REQUEST_TIMEOUT="1") as server:
        async with Raw(server.url) as raw, Raw(server.url) as silent, Raw(server.url) as broken:
            await raw.requests(HEAD, FORM, "Content-Length: 100", body=b"username=Ana")
            await broken.sends(b"nonsense\r\n\r\n")
            answer = await broken.answer()
            await silent.is_closed()
            await raw.is_closed()
        assert answer is not None
        assert (answer.status, answer.headers.get("server")) == (400, None)
        assert answer.headers["x-content-type-options"] == "nosniff"
        log = server.log.read_text()
        assert "a broken request from 127.0.0.1: " in log or command == GUNICORN
        assert "Traceback" not in log
