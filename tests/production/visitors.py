"""Load without sockets: people who request pages and send forms, and a program that uses the API."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from functools import partial
from typing import Self
from uuid import uuid4

import aiohttp
from yarl import URL

from tests.production.stage import SECRET, Stage
from tests.support.people import Answer, Person

PAUSE = 0.1  # seconds between an answer and the next request: fewer than MESSAGES_PER_SECOND


class Visitors:
    """Send requests until the context ends; `refusals` counts all unexpected answers."""

    def __init__(self, stage: Stage) -> None:
        self.answered = 0
        self.refusals: Counter[str] = Counter()
        self._stage = stage
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self, front: str, pairs: int) -> None:
        """Starts visitors at one of the stage's addresses."""
        for _ in range(pairs):
            people = [self._person(front, name) for name in ("Ana", "Ben")]
            for person in people:
                await person.sign_up()
            thread = await people[0].writes_to(people[1])
            for work in (*map(partial(self._visit, thread), people), self._send_by_api(front, thread, people[0].id)):
                self._tasks.append(asyncio.create_task(work))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            assert isinstance(ended, asyncio.CancelledError), ended

    def _person(self, front: str, name: str) -> Person:
        return Person(URL(front), f"{name}-{uuid4().hex[:8]}", trust=self._stage.trust)

    async def _visit(self, thread: int, person: Person) -> None:
        chat = f"/messages/chat/{thread}/"
        async with person:
            token = (await person.get(chat)).field("csrf_token")
            while True:
                for path in ("/messages/", "/messages/session", f"{chat}history", chat):
                    await self._expect(200, f"GET {person.url}", person.get(path))
                fields = {"csrf_token": token, "message": "Still there?", "client_id": str(uuid4())}
                await self._expect(303, f"POST {person.url}", person.post_raw(chat, fields))

    async def _send_by_api(self, front: str, thread: int, sender: int) -> None:
        fields = {"api_key": f"{SECRET}-api", "sender_id": str(sender), "message": "from another program"}
        async with self._person(front, "program") as program:
            while True:
                path = f"/messages/send_message_api/{thread}/"
                await self._expect(200, f"API {program.url}", program.post_raw(path, fields))

    async def _expect(self, status: int, what: str, asking: Awaitable[Answer]) -> None:
        try:
            answer = await asking
        except (aiohttp.ClientError, OSError) as error:
            self.refusals[f"{what}: {error!r}"] += 1
        else:
            self.answered += answer.status == status
            if answer.status != status:
                self.refusals[f"{what}: {answer.status}"] += 1
        await asyncio.sleep(PAUSE)
