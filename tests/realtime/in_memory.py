"""Chat pages in memory, and news that arrive when a test lets them."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMessage, WSMsgType

from chatserver.bus.events import Event, encode_event
from chatserver.realtime.connection import Connection
from tests.support.screens import Screen

if TYPE_CHECKING:
    from tests.realtime.stage import Stage


class News:
    """Stands where Redis stands: what is published waits until the schedule lets it arrive, or loses it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, bytes]] = []

    def publish(self, user_ids: Any, event: Event) -> None:
        self.waiting.extend((user_id, encode_event(event)) for user_id in user_ids)


class Wire:
    """The socket between a connection and a page, in memory."""

    def __init__(self) -> None:
        self.from_browser: asyncio.Queue[WSMessage] = asyncio.Queue()
        self.to_browser: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def receive(self) -> WSMessage:
        return await self.from_browser.get()

    async def send_str(self, text: str) -> None:
        self.to_browser.put_nowait(json.loads(text))

    async def close(self, *, code: int) -> None:
        pass

    def say(self, **frame: Any) -> None:
        self.from_browser.put_nowait(WSMessage(WSMsgType.TEXT, json.dumps(frame), None))


class Page(Screen):
    """A chat page of a person, with a socket."""

    def __init__(self, stage: "Stage", person: int) -> None:
        super().__init__()
        self.person = person
        self._stage = stage
        self.connect()

    def connect(self) -> None:
        self._wire = Wire()
        user = self._stage.users[self.person]
        self._connection = Connection(self._stage.services, self._wire, None, user, "", address="")  # type: ignore[arg-type]
        self._stage.hub.join(user.id, self._connection.mailbox)
        self._task = asyncio.get_running_loop().create_task(self._connection.run())

    async def disconnect(self) -> None:
        self._stage.hub.leave(self._stage.users[self.person].id, self._connection.mailbox)
        self._task.cancel()
        await asyncio.wait([self._task])
        self.disconnects()

    async def opens(self, *threads: int) -> None:
        for thread in threads:
            self._wire.say(**self.asks_to_open(thread))
        await self.catch_up_with_wire()

    async def catch_up_with_wire(self) -> None:
        """Shows everything that has been put on this socket: the answer to a ping comes last."""
        self._wire.say(type="ping")
        while (frame := await asyncio.wait_for(self._wire.to_browser.get(), 5))["type"] != "pong":
            self.show(frame)
