"""Who can open a WebSocket, tested byte by byte."""

import asyncio
from collections.abc import Callable

import pytest

from tests.support.people import Person
from tests.support.raw import KEY, PING, Raw, cookie_of

pytestmark = pytest.mark.long

Origin = Callable[[str, int], str | None]


@pytest.mark.parametrize(
    "origin",
    [
        lambda host, port: None,
        lambda host, port: "",
        lambda host, port: "null",
        lambda host, port: "*",
        lambda host, port: host,
        lambda host, port: f"//{host}:{port}",
        lambda host, port: f"http://{host}",
        lambda host, port: f"http://{host}:{port + 1}",
        lambda host, port: f"https://{host}:{port}",
        lambda host, port: f"ws://{host}:{port}",
        lambda host, port: f"http://localhost:{port}",
        lambda host, port: f"http://{host}:{port}.evil.example",
        lambda host, port: f"http://evil.{host}:{port}",
        lambda host, port: f"http://{host}:{port}@evil.example",
        lambda host, port: f"http://evil@{host}:{port}",
        lambda host, port: f"http://{host}:{port}/",
        lambda host, port: f"http://{host}:{port} https://evil.example",
        lambda host, port: f"http://{host}:{port}, https://evil.example",
    ],
    ids=[
        "missing", "empty", "null", "star", "host", "no scheme", "no port", "other port",
        "https", "ws", "localhost", "suffix", "prefix", "look-alike user", "user", "path", "two", "list",
    ],
)  # fmt: skip
async def test_no_other_origin_gets_a_socket(ana: Person, origin: Origin) -> None:
    assert ana.url.host is not None
    assert ana.url.port is not None
    async with Raw(ana.url) as raw:
        answer = await raw.upgrades(cookie=cookie_of(ana), Origin=origin(ana.url.host, ana.url.port))
    assert answer is not None
    assert (answer.status, answer.json()["code"]) == (403, "wrong_origin")
    assert not answer.headers.keys() & {"upgrade", "sec-websocket-accept", "server"}


async def test_a_foreign_origin_before_our_own_is_refused(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        answer = await raw.upgrades(cookie=cookie_of(ana), Origin=f"https://evil.example\r\nOrigin: {ana.url.origin()}")
    assert answer is not None
    assert answer.status == 403


async def test_a_socket_needs_a_session_whatever_other_headers_say(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        answer = await raw.upgrades(Authorization=f"Bearer {cookie_of(ana)}", X_User=str(ana.id))
    assert answer is not None
    assert (answer.status, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_session_in_the_url_is_ignored(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        await raw.requests(f"GET /messages/session?{cookie_of(ana)} HTTP/1.1")
        (answer,) = await raw.answers()
    assert answer.status == 401


async def test_the_origin_is_checked_before_the_session(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        answer = await raw.upgrades(Origin="https://evil.example")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"Upgrade": None},
        {"Upgrade": "h2c"},
        {"Connection": None},
        {"Connection": "keep-alive"},
        {"Sec_WebSocket_Version": None},
        {"Sec_WebSocket_Version": "8"},
        {"Sec_WebSocket_Version": "12"},
        {"Sec_WebSocket_Version": "14"},
        {"Sec_WebSocket_Version": "13, 8"},
        {"Sec_WebSocket_Key": None},
        {"Sec_WebSocket_Key": ""},
        {"Sec_WebSocket_Key": "short"},
        {"Sec_WebSocket_Key": "not base64 at all!!!!!!=="},
    ],
)
async def test_an_invalid_handshake_is_a_bad_request(ana: Person, changes: dict[str, str | None]) -> None:
    async with Raw(ana.url) as raw:
        answer = await raw.upgrades(cookie=cookie_of(ana), **changes)
    assert answer is not None
    assert (answer.status, answer.json()["code"]) == (400, "bad_frame")


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "CONNECT"])
async def test_a_socket_can_be_opened_only_by_get(ana: Person, method: str) -> None:
    async with Raw(ana.url) as raw:
        await raw.requests(
            f"{method} /messages/ws HTTP/1.1", f"Cookie: {cookie_of(ana)}", f"Origin: {ana.url.origin()}",
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}",
        )  # fmt: skip
        answer = await raw.answer(bodiless=True)
    assert answer is not None
    assert answer.status >= 400


async def test_offered_compression_and_subprotocols_are_declined(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        answer = await raw.upgrades(
            cookie=cookie_of(ana), Sec_WebSocket_Extensions="permessage-deflate", Sec_WebSocket_Protocol="chat, evil"
        )
        assert answer is not None
        assert answer.status == 101
        assert not answer.headers.keys() & {"sec-websocket-extensions", "sec-websocket-protocol"}
        assert (await raw.hears("hello"))["user"]["name"] == "Ana"


async def test_bytes_after_the_handshake_are_frames(ana: Person) -> None:
    """They are never a second request, whatever length the handshake declared."""
    for length in (None, "49"):
        async with Raw(ana.url) as raw:
            handshake = await raw.upgrades(cookie=cookie_of(ana), Content_Length=length)
            assert handshake is not None
            if handshake.status == 101:
                await raw.frame(b"x", PING)
                await raw.hears("hello")
                assert (await raw.receives())[1] == b"x"
            else:
                assert handshake.status == 400


async def test_frames_that_come_too_fast_are_held_back_whatever_the_handshake_declared(ana: Person) -> None:
    flood = b"\x89\x81\0\0\0\0x" * 20_000 + b"\x89\x81\0\0\0\0y"  # masked pings
    for length in (None, "49"):
        async with Raw(ana.url) as raw:
            await raw.upgrades(cookie=cookie_of(ana), Content_Length=length)
            await raw.hears("hello")
            sending = asyncio.create_task(raw.sends(flood))
            while (await raw.receives())[1] != b"y":
                pass
            await sending
