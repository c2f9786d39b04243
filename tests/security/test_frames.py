"""Frames that break the WebSocket standard end their socket, those that break our rules get an error; others go on."""

import pytest

from chatserver.config.settings import Config
from tests.security.server import SERVE, process
from tests.support.people import Person
from tests.support.raw import BINARY, CLOSE, PING, TEXT, Raw, cookie_of

pytestmark = pytest.mark.long

LIMIT = 131_072
MORE = 129 * 1024
CONTINUED = 0
UUID = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"


async def connected(person: Person, raw: Raw) -> None:
    await raw.upgrades(cookie=cookie_of(person))
    await raw.hears("hello")


async def test_a_frame_over_the_limit_is_too_big(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(b"x" * (LIMIT + 1024))
        assert await raw.ends() == 1009


async def test_a_frame_is_too_big_as_soon_as_its_header_says_so(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(b"only this", declared=2**40)
        assert await raw.ends() == 1009


async def test_an_impossible_length_ends_the_socket(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(b"only this", declared=2**64 - 1)
        assert await raw.ends() in {1002, 1009, None}


@pytest.mark.parametrize("size", [1, 1024, 65_536])
async def test_fragments_are_limited_together(ana: Person, size: int) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(b"x" * (LIMIT - size + 1), final=False)
        await raw.frame(b"x" * size, CONTINUED, final=False)
        await raw.frame(b"x" * size, CONTINUED, final=True)
        assert await raw.ends() == 1009


@pytest.mark.parametrize(
    "payload", [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b'{"type": "\xe2\x82"}']
)
async def test_invalid_utf8_ends_the_socket(ana: Person, payload: bytes) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(payload)
        assert await raw.ends() == 1007


@pytest.mark.parametrize("opcode", [3, 7, 11, 15, 0x40 | TEXT, 0x20 | TEXT, 0x10 | TEXT])
async def test_a_reserved_opcode_ends_the_socket(ana: Person, opcode: int) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(b"{}", opcode)
        assert await raw.ends() == 1002


@pytest.mark.parametrize(
    ("payload", "opcode", "final"),
    [
        (b"x" * 200, PING, True),
        (b"x", PING, False),
        (b"x" * 200, CLOSE, True),
        (b"x", CLOSE, True),
        (b"\x00\x01", CLOSE, True),
        (b"x", CONTINUED, True),
    ],
    ids=["a long ping", "half a ping", "a long close", "half a code", "no code", "the continuation of nothing"],
)
async def test_an_invalid_control_frame_ends_the_socket(ana: Person, payload: bytes, opcode: int, final: bool) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(payload, opcode, final=final)
        assert await raw.ends() == 1002


async def test_a_new_message_within_a_message_ends_the_socket(ana: Person) -> None:
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(b"{", final=False)
        await raw.frame(b"{}")
        assert await raw.ends() == 1002


async def test_an_unmasked_frame_is_accepted(ana: Person) -> None:
    """aiohttp does not require masks: they protect proxies from scripts in browsers, and browsers always mask."""
    async with Raw(ana.url) as raw:
        await connected(ana, raw)
        await raw.frame(b'{"type": "ping"}', masked=False)
        await raw.hears("pong")


async def test_a_bad_frame_affects_only_its_own_socket(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ben = await ben.socket()
    async with Raw(ana.url) as raw, Raw(ana.url) as other:
        await connected(ana, raw)
        await connected(ana, other)
        await raw.frame(b"\xff")
        assert await raw.ends() == 1007
        await other.says(type="send", thread=thread, id=UUID, text="still here")
        assert (await other.hears("sent"))["seq"] == 2
    assert (await at_ben.receives("message"))["text"] == "still here"


DEEP = '{"type": "ping", "x": %s}'


@pytest.mark.parametrize(
    "raw",
    [
        DEEP % ("[" * 8 + "]" * 8),
        DEEP % ('{"x": ' * 8 + "1" + "}" * 8),
        DEEP % ('[{"x": ' * 4 + "1" + "}]" * 4),
        DEEP % ("[1, [2, " * 5000 + "1" + "]]" * 5000),
        DEEP % ("[" * 60_000),
        '{"type": "ping", "x": NaN}',
        '{"type": "ping", "x": [-Infinity]}',
        '{"type": "ping", "type": "ping"}',
        '{"type": "ping", "x": {"a": 1, "a": 2}}',
        '{"type": "send", "type": "read", "thread": 1, "seq": 1}',
        '{"type": "ping"} {"type": "ping"}',
        '\ufeff{"type": "ping"}',
        '{"type": "ping", "x": 1e}',
        '{"type": "ping", "x": %s}' % ("9" * 5000),
        '{"type": "ping", "x": "\x00"}',
        '{"type": "ping\\u0000"}',
        '{"type": "\\ud800"}',
        '{"type": null}',
        '{"type": true}',
        '{"type": {"type": "ping"}}',
        '{"type": "PING"}',
        "{'type': 'ping'}",
        "null",
        "1e999",
        '"\\ud800"',
        '{"type": "open", "thread": true}',
        '{"type": "open", "thread": 1e0}',
        '{"type": "open", "thread": "1"}',
        '{"type": "open", "thread": null}',
        '{"type": "open", "thread": [1]}',
        '{"type": "open", "thread": 1, "after": true}',
        '{"type": "open", "thread": 1, "after": -0.0}',
        '{"type": "read", "thread": 1, "seq": false}',
        '{"type": "read", "thread": 1, "seq": 1e308}',
        '{"type": "read", "thread": 1, "seq": {}}',
        '{"type": "typing", "thread": false}',
        '{"type": "close", "thread": "x"}',
        '{"type": "send", "thread": 1, "id": true, "text": "hi"}',
        '{"type": "send", "thread": 1, "id": ["%s"], "text": "hi"}' % UUID,
        '{"type": "send", "thread": 1, "id": "%s\\u0000", "text": "hi"}' % UUID,
        '{"type": "send", "thread": 1, "id": "%s\\n", "text": "hi"}' % UUID,
        '{"type": "send", "thread": true, "id": "%s", "text": "hi"}' % UUID,
    ],
    ids=lambda raw: raw[:60].encode("unicode_escape").decode(),
)
async def test_a_frame_that_breaks_our_rules_is_answered_with_bad_frame(ana: Person, raw: str) -> None:
    async with Raw(ana.url) as socket:
        await connected(ana, socket)
        await socket.frame(raw.encode())
        assert (await socket.hears("error"))["code"] == "bad_frame"
        await socket.says(type="ping")
        await socket.hears("pong")


@pytest.mark.parametrize(
    "raw", [DEEP % ("[" * 7 + "]" * 7), DEEP % ('{"x": ' * 7 + "1" + "}" * 7), DEEP % str([[{}]] * 999)]
)
async def test_the_value_of_an_unknown_field_does_not_matter_up_to_eight_levels(ana: Person, raw: str) -> None:
    async with Raw(ana.url) as socket:
        await connected(ana, socket)
        await socket.frame(raw.encode())
        await socket.hears("pong")


async def test_a_message_may_be_full_of_brackets(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    async with Raw(ana.url) as socket:
        await connected(ana, socket)
        await socket.says(type="send", thread=thread, id=UUID, text="[{" * 5000)
        await socket.hears("sent")


async def test_an_error_repeats_only_a_valid_id(ana: Person) -> None:
    async with Raw(ana.url) as socket:
        await connected(ana, socket)
        await socket.says(type="send", thread=2**60, id="<script>" * 9, text="x" * 100)
        error = await socket.hears("error")
        assert error.keys() == {"type", "code", "message"}


async def test_frames_that_are_too_big_do_not_stay_in_memory(config: Config) -> None:
    """After forty sockets sent too large frames, the server's process uses no more memory than before."""
    async with process(config, *SERVE, SILENCE_TIMEOUT="0") as server, Person(server.url, "Ana") as ana:
        await ana.sign_up()

        async def one(*, wait: bool) -> None:
            async with Raw(server.url) as raw:
                await connected(ana, raw)
                await raw.frame(b"x" * 60_000, final=False)
                await raw.frame(b"x" * 60_000, CONTINUED, final=False)
                await raw.frame(b"x" * MORE, CONTINUED, final=False, declared=2**40)
                if wait:
                    assert await raw.ends() == 1009

        for _ in range(10):
            await one(wait=True)
        before = server.resident
        for number in range(40):
            await one(wait=number % 2 == 0)
        async with Raw(server.url) as raw:
            await connected(ana, raw)
            await raw.frame(b"x" * LIMIT, BINARY)
            await raw.hears("error")
            grown = server.resident - before
        assert grown < 5_000_000
        assert "Traceback" not in server.log.read_text()
