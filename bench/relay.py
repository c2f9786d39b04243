"""The limit of the parts: servers that only relay frames or serve a ready page, and store nothing.

For gunicorn: `bench.relay:bare` relays within one process, `bench.relay:through_redis` between processes.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator

from aiohttp import WSMsgType, web
from redis.asyncio import Redis

OPENED = '{"type":"opened","last":0}'


class Rooms:
    """Sockets by room, which the query string names. All others in a room receive what one sends."""

    def __init__(self) -> None:
        self._rooms: defaultdict[str, dict[str, web.WebSocketResponse]] = defaultdict(dict)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        room, seat = request.query_string, f"{os.getpid()}.{id(ws)}"
        self._rooms[room][seat] = ws
        try:
            await self.entered(room)
            await ws.send_str(OPENED)
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    await self.say(room, seat, message.data)
        except ConnectionError:
            pass
        finally:
            del self._rooms[room][seat]
        return ws

    async def entered(self, room: str) -> None:
        pass

    async def say(self, room: str, seat: str, text: str) -> None:
        for other, ws in list(self._rooms[room].items()):
            if other != seat and not ws.closed:
                await ws.send_str(text)


class RedisRooms(Rooms):
    """Rooms with seats in several processes: one channel for each, and a pipeline for all waiting frames."""

    async def run(self, _: web.Application) -> AsyncIterator[None]:
        self._redis = Redis.from_url(os.environ["REDIS_URL"], protocol=2)
        self._pubsub = self._redis.pubsub()
        self._said: list[tuple[str, str]] = []
        self._wake = asyncio.Event()
        await self._pubsub.subscribe("-")  # listening would end without a subscription
        tasks = [asyncio.create_task(self._publish()), asyncio.create_task(self._listen())]
        yield
        for task in tasks:
            task.cancel()
        await self._redis.aclose()

    async def entered(self, room: str) -> None:
        if len(self._rooms[room]) == 1:
            await self._pubsub.subscribe(room)

    async def say(self, room: str, seat: str, text: str) -> None:
        self._said.append((room, f"{seat} {text}"))
        self._wake.set()

    async def _publish(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            said, self._said = self._said, []
            pipeline = self._redis.pipeline(transaction=False)
            for room, text in said:
                pipeline.publish(room, text)
            await pipeline.execute()

    async def _listen(self) -> None:
        async for published in self._pubsub.listen():
            if published["type"] == "message":
                seat, _, text = published["data"].decode().partition(" ")
                await super().say(published["channel"].decode(), seat, text)


async def page(request: web.Request) -> web.Response:
    """Returns as many bytes as requested, without a query or rendering."""
    return web.Response(text="x" * int(request.query_string), content_type="text/html")


async def ready(_: web.Request) -> web.Response:
    return web.Response()


async def bare() -> web.Application:
    return make(Rooms())


async def through_redis() -> web.Application:
    rooms = RedisRooms()
    app = make(rooms)
    app.cleanup_ctx.append(rooms.run)
    return app


def make(rooms: Rooms) -> web.Application:
    app = web.Application()
    app.add_routes([web.get("/messages/ws", rooms.serve), web.get("/page", page), web.get("/readyz", ready)])
    return app
