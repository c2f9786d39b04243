"""Screens in memory, and news that arrive when a test lets them."""

import asyncio
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aiohttp import WSMessage, WSMsgType

from chatserver.bus.events import Event, encode_event
from chatserver.realtime.connection import Connection

if TYPE_CHECKING:
    from tests.realtime.schedule import Schedule


class News:
    """Stands where Redis stands: what is published waits until the schedule lets it arrive, or loses it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, bytes]] = []

    def publish(self, user_ids: Any, event: Event) -> None:
        self.waiting.extend((user_id, encode_event(event)) for user_id in user_ids)


class Wire:
    """The socket between a connection and a screen, in memory."""

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


class Screen:
    """A chat page: follows the protocol, and notes what each open thread showed."""

    def __init__(self, machine: "Schedule", person: int) -> None:
        self.person = person
        self.views: defaultdict[int, list[str]] = defaultdict(list)
        self.open: set[int] = set()
        self.machine = machine
        self.connect()

    def connect(self) -> None:
        self.wire = Wire()
        user = self.machine.users[self.person]
        self.connection = Connection(self.machine.services, self.wire, None, user, "", address="")  # type: ignore[arg-type]
        self.machine.hub.join(user.id, self.connection.mailbox)
        self.task = self.machine.loop.create_task(self.connection.run())

    async def disconnect(self) -> None:
        self.machine.hub.leave(self.machine.users[self.person].id, self.connection.mailbox)
        self.task.cancel()
        await asyncio.wait([self.task])
        self.open.clear()

    async def catch_up_with_wire(self) -> None:
        """Shows everything that has been put on this socket: the answer to a ping comes last."""
        self.wire.say(type="ping")
        while (frame := await asyncio.wait_for(self.wire.to_browser.get(), 5))["type"] != "pong":
            self.show(frame)

    def show(self, frame: dict[str, Any]) -> None:
        thread = frame.get("thread", 0)
        view = self.views[thread]
        match frame["type"]:
            case "message" if frame["seq"] == len(view) + 1:
                view.append(frame["id"])
            case "message" if thread in self.open:
                raise AssertionError(f"{frame['seq']} came after {len(view)}")
            case "opened":
                assert frame["last"] == len(view)
                self.open.add(thread)
            case "error":
                assert frame["code"] == "no_such_thread"
                self.open.discard(thread)
