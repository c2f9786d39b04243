"""People come and go in a group while others talk, and a server dies."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp

from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.config.load import load_config
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.client import connect
from tests.faults.checker import Report
from tests.faults.registry import fault, judge
from tests.faults.stored import stored
from tests.faults.talker import Talker
from tests.faults.world import World
from tests.support.database import execute
from tests.support.screens import View

STAYS = 12  # of each who comes and goes


class Comer(Talker):
    """Somebody who opens the group whenever they are in it, and reads."""

    _asked = False  # to open it, and not answered yet

    async def _receive(self, ws: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        (thread,) = self.threads
        match frame["type"]:
            case "hello":
                self.came, self._asked = True, False
                await self._open(ws)
            case "thread":
                self.screen.show(frame)
                if not self.screen.views[thread].is_open:
                    await self._open(ws)
            case "opened":
                self._asked = False
                self.screen.show(frame)
            case "removed" | "error" | "reset":
                self._asked = False
                self.screen.views[thread] = View()
                if frame["type"] == "reset" or frame.get("code") == "unavailable":
                    await self._open(ws)
            case _:
                await super()._receive(ws, frame)

    async def _open(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        (thread,) = self.threads
        if not self._asked:
            self._asked = True
            await ws.send_json(self.screen.asks_to_open(thread))


@fault
async def people_come_and_go(world: World, report: Report) -> None:
    """Nobody sees what was said while they were out, or before, if newcomers must not; nobody misses the rest."""
    (thread,) = world.talkers[-1].threads
    made = await world.provision(users=2, threads=0)
    comers = [
        Comer(world.url, world.url, user["cookie"], user["id"], user["username"], [thread], 1, talking=False)
        for user in made["users"]
    ]
    tasks = [asyncio.create_task(comer.run(world.first_sent)) for comer in comers]
    await world.until(lambda: all(comer.came for comer in comers), 30)
    async with groups_of(world) as groups:
        for stay in range(STAYS):
            await groups.set_history(thread, random.choice(("all", "joined")), by=None)
            await asyncio.gather(*(come_and_go(groups, thread, comer.user_id) for comer in comers))
            if stay % 4 == 2:
                os.kill(world.workers()[0], signal.SIGKILL)
        for comer in comers:
            await groups.add(thread, [comer.user_id], by=None)
        await world.ready()
        await judge(world, report, within=15)
    rows = [row for row in stored(world.servers.database_url) if row.thread == thread]
    views = [comer.screen.views[thread] for comer in comers]
    await world.until(lambda: all(view.is_open and view.last == len(rows) for view in views), 20)
    for comer, view in zip(comers, views, strict=True):
        stays = stays_of(world, thread, comer.user_id, len(rows))
        report.expect(not comer.screen.breaches, f"somebody who comes and goes: {comer.screen.breaches[:3]}")
        not_theirs = comer.heard[thread] - set().union(*stays)
        report.expect(not not_theirs, f"somebody saw {sorted(not_theirs)[:5]}, which they must not")
        wrong = [row for row in rows if row.seq in stays[-1] and view.states.get(row.seq) != row.state]
        report.expect(not wrong, f"somebody lacks {len(wrong)} messages: {wrong[:1]}")
    report.measured["stays"] = str(len(comers) * STAYS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def come_and_go(groups: Groups, thread: int, person: int) -> None:
    await groups.add(thread, [person], by=None)
    await asyncio.sleep(random.uniform(0, 1))
    await groups.remove(thread, [person], by=None)
    await asyncio.sleep(random.uniform(0, 0.3))


@asynccontextmanager
async def groups_of(world: World) -> AsyncIterator[Groups]:
    """What the terminal does to groups."""
    config = replace(load_config(world.environ), redis_url=world.servers.redis_url)
    db, redis = await connect(world.servers.database_url, 2, 5), connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, 2)
    try:
        yield Groups(db, publisher, config, TextDigests(config.secret_keys))
    finally:
        await publisher.close()
        await redis.aclose()
        await db.close()


def stays_of(world: World, thread: int, person: int, last: int) -> list[range]:
    """The numbers of the messages that somebody might see, stay by stay."""
    notes = execute(
        world.servers.database_url,
        f"select kind, people, value, after_seq from notes where thread_id = {thread} order by change",
    )
    history, first, stays = "all", 0, []
    for kind, people, value, after in notes:
        if kind == "history":
            history = value
        elif kind == "added" and person in people:
            first = 1 if history == "all" else after + 1
        elif kind == "removed" and person in people:
            stays.append(range(first, after + 1))
    return [*stays, range(first, last + 1)]
