"""The limits on sockets and handshakes."""

import asyncio

import aiohttp

from tests.support.people import Person, Socket
from tests.support.raw import Raw, cookie_of
from tests.support.servers import Serve


async def refused(person: Person) -> aiohttp.ClientResponse:
    headers = {
        "Origin": str(person.url.origin()), "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "A" * 22 + "==",
    }  # fmt: skip
    async with person.http.get("/messages/ws", headers=headers) as response:
        assert (response.status, (await response.json())["code"]) == (429, "too_many")
        return response


async def test_too_many_sockets_are_refused_until_one_is_closed(serve: Serve) -> None:
    url = await serve(sockets_per_person=3)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        sockets = [await ana.socket() for _ in range(3)]
        assert (await refused(ana)).headers["Retry-After"] == "30"
        await ben.socket()
        await sockets[0].ws.close()
        await ana.socket()


async def test_the_limit_applies_to_sockets_that_are_opened_at_the_same_moment(serve: Serve) -> None:
    url = await serve(sockets_per_person=3)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        opened = await asyncio.gather(*(ana.socket() for _ in range(12)), return_exceptions=True)
        sockets = [socket for socket in opened if isinstance(socket, Socket)]
        left = 0
        for socket in sockets:
            await socket.says("ping")
            try:
                await socket.receives("pong")
                left += 1
            except AssertionError:
                assert socket.ws.close_code == 1008
        assert left == 3


async def test_handshakes_above_the_rate_are_refused_before_the_upgrade(serve: Serve) -> None:
    url = await serve(handshakes_per_minute=3)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        for _ in range(3):
            await (await ana.socket()).ws.close()
        assert 1 <= int((await refused(ana)).headers["Retry-After"]) <= 20
        await ben.socket()


async def test_a_handshake_with_a_foreign_origin_or_no_session_does_not_count(serve: Serve) -> None:
    url = await serve(handshakes_per_minute=1)
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        for headers in ({"Origin": "https://evil.example"}, {"cookie": ""}):
            async with Raw(url) as raw:
                answer = await raw.upgrades(**{"cookie": cookie_of(ana)} | headers)
            assert answer is not None
            assert answer.status in {401, 403}
        await ana.socket()
