"""The gap repair waits for events that are on their way: a list of conversations gets none of them twice."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.edits import edit
from chatserver.conversations.message_store import NewMessage
from chatserver.database.client import connect
from tests.realtime.in_memory import Page
from tests.realtime.stage import Stage, set_up


class ListPage(Page):
    """A page with no chat open, which notes the types of what it gets."""

    def __init__(self, stage: Stage, person: int) -> None:
        self.received: list[str] = []
        super().__init__(stage, person)

    def show(self, frame: dict[str, Any]) -> None:
        self.received.append(frame["type"])


@pytest.fixture
async def stage(config: Config) -> AsyncIterator[Stage]:
    db = await connect(str(config.database_url), 2, 0)
    yield await set_up(config, db)
    await db.close()


@pytest.fixture
async def at_ben(stage: Stage) -> AsyncIterator[ListPage]:
    """Ben's list of conversations; events reach him while the gap repair waits for them."""
    page = ListPage(stage, 1)
    stage.arrives_late = lambda: events_arrive(stage)
    await polls_twice(stage, page)
    yield page
    await page.disconnect()


def events_arrive(stage: Stage) -> None:
    ben = stage.users[1].id
    for payload in [payload for user_id, payload in stage.events.waiting if user_id == ben]:
        stage.dispatcher.on_event(ben, payload)
    stage.events.waiting.clear()


async def polls_twice(stage: Stage, page: ListPage) -> list[str]:
    await stage.repair.poll()
    events_arrive(stage)  # those that have not yet
    await stage.repair.poll()
    await page.catch_up_with_wire()
    received, page.received = page.received, []
    return received


async def test_a_message_and_its_change_whose_events_come_late_come_once(stage: Stage, at_ben: ListPage) -> None:
    by_ana = ThreadRequest(stage.pair, stage.users[0].id)
    await stage.message_store.submit(NewMessage(by_ana, str(uuid4()), "Hello"))
    assert await polls_twice(stage, at_ben) == ["message"]
    await stage.change_store.submit(edit(by_ana, 1, "Hi", 0))
    assert await polls_twice(stage, at_ben) == ["changed"]


async def test_the_news_of_being_removed_from_a_group_comes_once(stage: Stage, at_ben: ListPage) -> None:
    ana, ben, _ = (user.id for user in stage.users)
    await stage.groups.remove(stage.group, [ben], by=ana)
    assert await polls_twice(stage, at_ben) == ["removed"]
