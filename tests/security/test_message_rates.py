"""Message rates: more is refused with the seconds to wait, and a flooding socket is closed."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from chatserver.realtime.rate_limits import Rate
from tests.support.people import Person, Socket
from tests.support.raw import Raw, cookie_of
from tests.support.servers import API_KEY, Serve

SLOWLY = 0.001  # per second: a test ends before the next one is allowed


# -- messages ---------------------------------------------------------------------------------------------------------


async def test_messages_above_the_rate_are_refused_by_id_and_stored_when_sent_again(serve: Serve) -> None:
    url = await serve(messages_per_second=2, messages_burst=4)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        socket = await ana.socket()
        texts = {await socket.sends(thread, f"number {number}"): f"number {number}" for number in range(6)}
        answers: list[dict[str, Any]] = []
        while len(answers) < 6:
            frame = await socket.next()
            answers += [frame] if frame["type"] in {"sent", "error"} else []
        refused = [answer for answer in answers if answer["type"] == "error"]
        assert refused
        for error in refused:
            assert (error["code"], error["thread"]) == ("too_many", thread)
            assert 0 < error["retry_after"] <= 0.5
            assert error["message"].endswith(".")
            await sends_until_it_is_stored(socket, thread, texts[error["id"]], error["id"])
        stored = (await ana.json(f"/messages/chat/{thread}/history"))["messages"][1:]
        assert sorted(message["text"] for message in stored) == list(texts.values())


async def sends_until_it_is_stored(socket: Socket, thread: int, text: str, id: str) -> None:
    """Sends the same message again after the requested wait, as a browser does."""
    while True:
        await socket.sends(thread, text, id)
        while (frame := await socket.next()).get("id") != id or frame["type"] == "message":
            pass
        if frame["type"] == "sent":
            return
        await asyncio.sleep(frame["retry_after"])


async def test_a_user_has_one_rate_for_all_sockets_and_forms(serve: Serve) -> None:
    url = await serve(messages_per_second=SLOWLY, messages_burst=3)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        for socket in (await ana.socket(), await ana.socket()):
            await socket.receives("sent", id=await socket.sends(thread))
        await socket.sends(thread)
        assert (await socket.receives("error"))["code"] == "too_many"
        for path, page in ((f"/messages/chat/{thread}/", None), ("/messages/send_message/", "/messages/")):
            answer = await ana.post(path, page, message="a long letter", recipient_name="Ben", client_id=str(uuid4()))
            assert answer.status == 429
            assert answer.alert == "You’re going too fast. Wait a moment and try again."
            assert 900 <= int(answer.headers["Retry-After"]) <= 1000
            assert "a long letter" in answer.text
        assert len((await ana.json(f"/messages/chat/{thread}/history"))["messages"]) == 3
        at_ben = await ben.socket()
        await at_ben.receives("sent", id=await at_ben.sends(thread))


async def test_a_refused_form_keeps_its_id_so_that_a_retry_stores_one_message(serve: Serve) -> None:
    url = await serve(messages_per_second=2, messages_burst=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        path, id = f"/messages/chat/{thread}/", str(uuid4())
        answers = [await ana.post(path, message="again", client_id=id)]
        while answers[-1].status == 429:
            assert answers[-1].field("client_id") == id
            answers.append(await ana.post(path, message="again", client_id=id))
        assert answers[-1].status == 303
        assert len((await ana.json(f"{path}history"))["messages"]) == 2


async def test_an_invalid_form_does_not_count_towards_the_rate(serve: Serve) -> None:
    url = await serve(messages_per_second=SLOWLY, messages_burst=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        for changes in ({"message": " "}, {"recipient_name": "Nobody"}, {"client_id": "none"}):
            form = {"message": "hi", "recipient_name": "Ben", "client_id": str(uuid4())} | changes
            assert (await ana.post("/messages/send_message/", "/messages/", **form)).status in {400, 404}
        await ana.writes_to(ben)


async def test_messages_from_other_programs_are_not_limited(serve: Serve) -> None:
    url = await serve(messages_per_second=SLOWLY, messages_burst=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        for _ in range(30):
            fields = {"api_key": API_KEY, "sender_id": str(ana.id), "message": "hi"}
            assert (await ana.post_raw(f"/messages/send_message_api/{thread}/", fields)).status == 200


async def test_a_socket_that_ignores_the_rate_is_closed_and_loses_nothing(serve: Serve) -> None:
    url = await serve(messages_per_second=2, messages_burst=3)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Raw(url) as raw:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        await raw.upgrades(cookie=cookie_of(ana))
        ids = [str(uuid4()) for _ in range(20)]
        for id in ids:
            await raw.says(type="send", thread=thread, id=id, text=id)
        assert await raw.ends() == 1008
        socket = await ana.socket()
        for id in ids[:4]:  # whether stored or refused
            await sends_until_it_is_stored(socket, thread, id, id)
        stored = [message["id"] for message in (await ana.json(f"/messages/chat/{thread}/history"))["messages"][1:]]
        assert set(ids[:4]) <= set(stored)
        assert len(set(stored)) == len(stored)


# -- frames -----------------------------------------------------------------------------------------------------------


async def test_all_types_of_frames_above_the_rate_are_refused_by_id_or_thread(serve: Serve) -> None:
    url = await serve(frames_per_second=SLOWLY, frames_burst=3)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        socket, other, id = await ana.socket(), await ana.socket(), str(uuid4())
        for _ in range(3):
            await socket.says("ping")
            await socket.receives("pong")
        expected: list[tuple[dict[str, object], dict[str, object]]] = [
            ({"type": "ping"}, {}),
            ({"type": "open", "thread": 5}, {"thread": 5}),
            ({"type": "send", "thread": 5, "id": id, "text": "hi"}, {"thread": 5, "id": id}),
        ]
        for fields, echo in expected:
            await socket.ws.send_json(fields)
            error = await socket.next()
            assert error.pop("message")
            assert 990 < error.pop("retry_after") <= 1000
            assert error == {"type": "error", "code": "too_many", **echo}
        await other.says("ping")  # it has a rate of its own
        await other.receives("pong")


@pytest.mark.parametrize("text", ['{"type": "ping"}', "nonsense", "{}"])
async def test_a_flood_of_frames_is_closed(serve: Serve, text: str) -> None:
    url = await serve(frames_per_second=SLOWLY, frames_burst=20)
    async with Person(url, "Ana") as ana, Raw(url) as raw:
        await ana.sign_up()
        await raw.upgrades(cookie=cookie_of(ana))
        for _ in range(100):
            await raw.frame(text.encode())
        await raw.hears("hello")
        await raw.frame(text.encode())
        assert await raw.ends() == 1008


async def test_a_socket_that_has_ended_is_forgotten(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[Rate] = []
    init = Rate.__init__

    def noting(self: Rate, per_second: float, burst: int) -> None:
        init(self, per_second, burst)
        rates.append(self)

    monkeypatch.setattr(Rate, "__init__", noting)
    url = await serve(frames_per_second=SLOWLY, frames_burst=2)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        socket = await ana.socket()
        for _ in range(3):
            await socket.says("ping")
            await socket.next()
        assert sum(map(len, rates)) == 2  # one of frames, one of refusals
        await socket.ws.close()
        await (await ana.socket()).ws.close()
        assert sum(map(len, rates)) == 0
