"""Chat pages in memory, and events that arrive when a test delivers them."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import WSMessage, WSMsgType

from chatserver.bus.events import Event, encode_event
from chatserver.conversations.access import ThreadRequest, enter
from chatserver.conversations.messages import as_frame, history
from chatserver.conversations.notes import note_as_frame, notes_of
from chatserver.database.client import Database, R
from chatserver.errors import ChatError
from chatserver.realtime.connection import Connection
from tests.support.screens import Screen

if TYPE_CHECKING:
    from tests.realtime.stage import Stage


class HeldEvents:
    """Stands in for Redis: a published event waits until the schedule delivers or loses it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[int, bytes]] = []

    def publish(self, user_ids: Any, event: Event) -> None:
        self.waiting.extend((user_id, encode_event(event)) for user_id in user_ids)


class Interrupted:
    """A database that runs a test's `surprises` just before reads: for each query, the next one in the list."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.surprises: defaultdict[str, list[Callable[[], Awaitable[None]]]] = defaultdict(list)
        self.troubles: list[AssertionError] = []  # which the connection would otherwise only log

    async def query(self, name: str, record: type[R], /, **parameters: object) -> list[R]:
        if self.surprises[name]:
            try:
                await self.surprises[name].pop(0)()
            except AssertionError as error:
                self.troubles.append(error)
        return await self._db.query(name, record, **parameters)

    async def query_one(self, name: str, record: type[R], /, **parameters: object) -> R | None:
        rows = await self.query(name, record, **parameters)
        return rows[0] if rows else None


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
    """A person's chat page, with a socket."""

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
            if self.views[thread].must_load:
                await self._loads(thread)
            self._wire.say(**self.asks_to_open(thread))
        await self.catch_up_with_wire()

    async def _loads(self, thread: int) -> None:
        """Loads the chat's page, whose numbers are read before its messages."""
        db, config = self._stage.services.db, self._stage.services.config
        try:
            member = await enter(db, ThreadRequest(thread, self._stage.users[self.person].id))
        except ChatError:
            return
        messages, more = await history(db, config, member, member.last_seq + 1)
        entries = [as_frame(message) for message in messages]
        entries += [note_as_frame(note) for note in await notes_of(db, config, member, messages, begins=not more)]
        self.load(thread, member.last_seq, member.from_seq, member.last_change, entries)

    async def catch_up_with_wire(self) -> None:
        """Shows everything that has been put on this socket: the answer to a ping comes last."""
        self._wire.say(type="ping")
        while (frame := await asyncio.wait_for(self._wire.to_browser.get(), 5))["type"] != "pong":
            self.show(frame)
