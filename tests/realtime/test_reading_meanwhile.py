"""Messages and changes between two reads of a connection that catches up still arrive in order."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.edits import edit
from chatserver.conversations.message_store import NewMessage
from chatserver.database.client import connect
from chatserver.errors import Unavailable
from chatserver.realtime import catch_up, open_threads
from tests.realtime.in_memory import Page
from tests.realtime.stage import Stage, set_up


@pytest.fixture
async def stage(config: Config) -> AsyncIterator[Stage]:
    db = await connect(str(config.database_url), 2, 0)
    yield await set_up(config, db)
    await db.close()


@pytest.fixture
async def at_ben(stage: Stage) -> AsyncIterator[Page]:
    """Ben's open chat with Ana, in which she has written two messages."""
    for text in ("one", "two"):
        await says(stage, text)
    stage.events.waiting.clear()
    page = Page(stage, 1)
    await page.opens(stage.pair)
    yield page
    await page.disconnect()


async def says(stage: Stage, text: str) -> None:
    await stage.message_store.submit(NewMessage(ThreadRequest(stage.pair, stage.users[0].id), str(uuid4()), text))


async def edits(stage: Stage, seq: int, text: str, base: int = 0) -> int:
    return await stage.change_store.submit(edit(ThreadRequest(stage.pair, stage.users[0].id), seq, text, base))


async def events_arrive(stage: Stage, page: Page, *, only_the_last: bool = False) -> None:
    ben = stage.users[1].id
    payloads = [payload for user_id, payload in stage.events.waiting if user_id == ben]
    stage.events.waiting.clear()
    for payload in payloads[-1:] if only_the_last else payloads:
        stage.dispatcher.on_event(ben, payload)
    await page.catch_up_with_wire()


async def test_a_message_that_changes_again_while_it_is_read_waits_for_its_own_event(
    stage: Stage, at_ben: Page
) -> None:
    async def edits_again() -> None:
        await edits(stage, 1, "One!", base=1)

    await edits(stage, 1, "One")
    await edits(stage, 2, "Two")
    stage.interrupted.surprises["message_states"].append(edits_again)
    await events_arrive(stage, at_ben, only_the_last=True)
    shown = at_ben.views[stage.pair].states
    assert (at_ben.breaches, shown[1].text, shown[2].text) == ([], "one", "Two")
    await events_arrive(stage, at_ben)
    assert (at_ben.breaches, shown[1].text) == ([], "One!")


async def test_a_message_sent_and_changed_while_changes_are_read_comes_before_its_change(
    stage: Stage, at_ben: Page
) -> None:
    async def says_and_edits() -> None:
        await says(stage, "three")
        await edits(stage, 3, "Three")

    await edits(stage, 1, "One")
    await edits(stage, 2, "Two")
    stage.interrupted.surprises["changes_after"].append(says_and_edits)
    await events_arrive(stage, at_ben, only_the_last=True)
    shown = at_ben.views[stage.pair].states
    assert (at_ben.breaches, shown[2].text, shown[3].text) == ([], "Two", "Three")


async def test_an_interrupted_replay_continues_after_the_last_change_that_was_sent(
    stage: Stage, at_ben: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "PAGE", 1)
    monkeypatch.setattr(open_threads, "RETRY_PAUSE", 0)

    async def answers() -> None:
        pass

    async def breaks_off() -> None:
        raise Unavailable("PostgreSQL is away")

    await edits(stage, 1, "One")
    await edits(stage, 2, "Two")
    stage.interrupted.surprises["message_states"] += [answers, breaks_off]
    await events_arrive(stage, at_ben, only_the_last=True)
    await at_ben.catch_up_with_wire()
    shown = at_ben.views[stage.pair].states
    assert (at_ben.breaches, shown[1].text, shown[2].text) == ([], "One", "Two")
