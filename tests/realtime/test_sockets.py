"""The life of a socket: who can open one, which frames it accepts, and how it ends."""

import contextlib
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from chatserver.config.settings import Config
from tests.support.people import Person
from tests.support.servers import serving


@pytest.mark.parametrize("origin", [None, "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"])
async def test_another_sites_page_gets_no_socket(ana: Person, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await ana.http.ws_connect("/messages/ws", headers=headers)
    assert refused.value.status == 403


async def test_a_stranger_gets_no_socket(ana: Person) -> None:
    await ana.sign_out()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await ana.socket()
    assert refused.value.status == 401


async def test_hello_names_the_user(ana: Person) -> None:
    ws = await ana.http.ws_connect("/messages/ws", headers={"Origin": str(ana.url.origin())})
    assert await ws.receive_json() == {
        "type": "hello", "user": {"id": ana.id, "name": "Ana"}, "changes": True, "files": True,
    }  # fmt: skip


UUID = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
FULL = 150  # messages of 36 kB: more than the buffers between two programs hold


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "bad_frame"),
        ("not json", "bad_frame"),
        ("[" * 60_000, "bad_frame"),
        ("[]", "bad_frame"),
        ('"send"', "bad_frame"),
        ("{}", "bad_frame"),
        ('{"type": "nonsense"}', "bad_frame"),
        ('{"type": ["send"]}', "bad_frame"),
        ('{"type": "open"}', "bad_frame"),
        ('{"type": "open", "thread": true}', "bad_frame"),
        ('{"type": "open", "thread": NaN}', "bad_frame"),
        ('{"type": "open", "thread": 1.5}', "bad_frame"),
        ('{"type": "open", "thread": "1"}', "bad_frame"),
        ('{"type": "open", "thread": 1, "after": -1}', "bad_frame"),
        ('{"type": "open", "thread": 1, "after": "1"}', "bad_frame"),
        ('{"type": "open", "thread": 1, "change": -1}', "bad_frame"),
        ('{"type": "open", "thread": 1, "change": 1.5}', "bad_frame"),
        ('{"type": "open", "thread": 1, "change": "1"}', "bad_frame"),
        ('{"type": "open", "thread": -1}', "no_such_thread"),
        ('{"type": "open", "thread": 0}', "no_such_thread"),
        ('{"type": "open", "thread": 123456789012345678901234567890}', "no_such_thread"),
        ('{"type": "open", "thread": %s}' % ("9" * 5000), "bad_frame"),
        ('{"type": "read", "thread": 1}', "bad_frame"),
        ('{"type": "read", "thread": 1, "seq": -1}', "bad_frame"),
        ('{"type": "read", "thread": 1, "seq": 1.5}', "bad_frame"),
        ('{"type": "read", "thread": 99, "seq": 1}', "no_such_thread"),
        ('{"type": "typing", "thread": 99}', "no_such_thread"),
        ('{"type": "send", "thread": 1, "text": "no id"}', "bad_frame"),
        ('{"type": "send", "thread": 1, "id": "%s"}' % UUID, "bad_text"),
        ('{"type": "send", "thread": 1, "id": "%s", "text": 5}' % UUID, "bad_text"),
        ('{"type": "send", "thread": 1, "id": "%s", "text": " \\n\\u2003 "}' % UUID, "no_text"),
        ('{"type": "send", "thread": 1, "id": "%s", "text": "a\\u0000b"}' % UUID, "bad_text"),
        ('{"type": "send", "thread": 1, "id": "%s", "text": "\\ud800"}' % UUID, "bad_text"),
        ('{"type": "send", "thread": 1, "id": "%s", "text": "%s"}' % (UUID, "x" * 10_001), "too_long"),
        ('{"type": "send", "thread": 99, "id": "%s", "text": "hi"}' % UUID, "no_such_thread"),
    ],
)
async def test_an_invalid_frame_is_answered_with_an_error_and_affects_nothing_else(
    ana: Person, ben: Person, raw: str, code: str
) -> None:
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    await socket.ws.send_str(raw)
    error = await socket.next()
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"].endswith(".")
    id = await socket.sends(thread)
    await socket.receives("sent", id=id)


async def test_thousands_of_opens_and_bad_frames_affect_only_their_sender(
    ana: Person, ben: Person, cleo: Person
) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben, at_cleo = await ana.socket(), await ben.socket(), await cleo.socket()
    await at_ben.opens(thread, after=1)
    at_cleo.stops_reading()
    for number in range(3000):
        with contextlib.suppress(ConnectionError):  # closed by now, since it reads too slowly
            await at_cleo.says("open", thread=thread + number % 3, after=number)
            await at_cleo.ws.send_str("{" * 50)
    ids = [await at_ana.sends(thread, f"number {number}") for number in range(20)]
    assert [(await at_ben.receives("message"))["id"] for _ in ids] == ids


async def test_invalid_frames_during_a_replay_do_not_disturb_it(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana = await ana.socket()
    ids = [await at_ana.sends(thread, f"number {number}") for number in range(250)]
    await at_ana.receives("message", id=ids[-1])
    at_ben = await ben.socket()
    await at_ben.says("open", thread=thread, after=1)
    await at_ben.ws.send_str("nonsense")
    await at_ben.says("open", thread=-1)
    await at_ben.says("open", thread=thread, after=10**400)
    answers = [await at_ben.next() for _ in range(250)]
    assert [answer.get("id") for answer in answers] == ids
    assert [(await at_ben.next()).get("code", "opened") for _ in range(3)] == ["opened", "bad_frame", "no_such_thread"]
    assert (await at_ben.next())["type"] == "reset"  # so large a number is beyond the last one


async def test_a_binary_frame_is_answered_with_an_error_and_affects_nothing_else(ana: Person) -> None:
    socket = await ana.socket()
    await socket.ws.send_bytes(b"\xff\x00")
    assert (await socket.next())["code"] == "bad_frame"
    await socket.says("ping")
    assert await socket.next() == {"type": "pong"}


async def test_an_error_names_the_message_and_is_in_the_users_language(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    ana.http.headers["Accept-Language"] = "ru"
    socket = await ana.socket()
    id = await socket.sends(thread, " ")
    error = await socket.next()
    assert (error["id"], error["thread"], error["code"]) == (id, thread, "no_text")
    assert "сообщен" in error["message"].lower()


async def test_ten_thousand_escaped_emoji_fit_and_arrive_whole(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ana.sends(thread, "😀" * 10_000)  # 120,002 bytes as JSON
    assert (await at_ben.receives("message"))["text"] == "😀" * 10_000


async def test_a_frame_over_131072_bytes_closes_the_socket_as_too_big(ana: Person) -> None:
    socket = await ana.socket()
    await socket.ws.send_str("x" * 131_072)
    assert (await socket.next())["code"] == "bad_frame"
    await socket.ws.send_str("x" * 131_073)
    assert await socket.ends() == 1009


async def test_a_foreign_thread_and_a_missing_thread_get_the_same_answer(
    ana: Person, ben: Person, cleo: Person
) -> None:
    thread = await ana.writes_to(ben)
    socket = await cleo.socket()

    async def answers(thread: int) -> list[dict[str, Any]]:
        said = []
        frames: list[tuple[str, dict[str, Any]]] = [
            ("open", {"after": 0}),
            ("read", {"seq": 1}),
            ("typing", {}),
            ("send", {"id": UUID, "text": "hi"}),
        ]
        for type_, fields in frames:
            await socket.says(type_, thread=thread, **fields)
            said.append(await socket.next() | {"thread": 0})
        return said

    assert await answers(thread) == await answers(thread + 1000)


async def test_too_many_open_threads_are_refused_until_one_is_closed(config: Config) -> None:
    async with (
        serving(replace(config, max_open_threads=1)) as url,
        Person(url, "Ana") as ana,
        Person(url, "Ben") as ben,
        Person(url, "Cleo") as cleo,
    ):
        await ana.sign_up()
        one, other = await ana.writes_to(await ben.sign_up()), await ana.writes_to(await cleo.sign_up())
        socket = await ana.socket()
        await socket.opens(one)
        await socket.says("open", thread=other)
        assert (await socket.receives("error"))["code"] == "too_many"
        await socket.says("close", thread=one)
        assert (await socket.opens(other))["thread"] == other


async def test_the_server_pings_a_silent_client_and_then_disconnects_it(config: Config) -> None:
    async with serving(replace(config, ping_interval=1, silence_timeout=3)) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        socket = await ana.socket()
        assert await socket.ws.receive_json() == {"type": "ping"}
        assert await socket.ends() == 1006


@pytest.mark.parametrize("bound", [{"queue_frames": 5, "queue_bytes": 0}, {"queue_frames": 0}], ids=["frames", "bytes"])
async def test_a_slow_reader_is_disconnected_and_returns_to_catch_up(config: Config, bound: dict[str, Any]) -> None:
    async with (
        serving(replace(config, **bound)) as url,
        Person(url, "Ana") as ana,
        Person(url, "Ben", 4096) as ben,
    ):
        await ana.sign_up()
        await ben.sign_up()
        thread = await ana.writes_to(ben)
        at_ana, at_ben = await ana.socket(), await ben.socket()
        at_ben.stops_reading()
        for number in range(FULL):
            id = await at_ana.sends(thread, f"{number} " + "😀" * 9_000)
            await at_ana.receives("sent", id=id)
        at_ben.reads_again()
        assert await at_ben.ends() == 4008
        again = await ben.socket()
        await again.says("open", thread=thread, after=1)
        assert [(await again.next())["seq"] for _ in range(FULL)] == list(range(2, 2 + FULL))


async def test_a_client_that_stops_reading_for_too_long_is_disconnected(config: Config) -> None:
    changed = replace(config, send_timeout=1, queue_frames=0, queue_bytes=0)
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben", 4096) as ben:
        await ana.sign_up()
        await ben.sign_up()
        thread = await ana.writes_to(ben)
        at_ana, at_ben = await ana.socket(), await ben.socket()
        at_ben.stops_reading()
        for number in range(FULL):
            id = await at_ana.sends(thread, f"{number} " + "😀" * 9_000)
            await at_ana.receives("sent", id=id)
        await at_ben.is_cut_off()
