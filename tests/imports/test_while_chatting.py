"""An import while the chat runs: open pages load the history, and nobody is told of it as of something new."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.imports.conftest import Imports, counts
from tests.support.database import execute
from tests.support.original import ANA, BEN, Original
from tests.support.people import Person, Socket
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS, enters

HISTORY = 120  # messages


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(**SETTINGS, repair_interval=0.1, replay_limit=50)


async def test_open_pages_load_the_history_and_what_was_unread_stays_unread(
    url: URL, imports: Imports, config: Config, tmp_path: Path, queries: Counter[str]
) -> None:
    original = Original(threads={1: [ANA, BEN]})
    for place in range(HISTORY):
        original.says(1, (ANA, BEN)[place % 2], f"message {place + 1}")
    path = original.in_sqlite(tmp_path / "db.sqlite3")
    async with Person(url, "ana") as ana, Person(url, "ben") as ben:
        await enters(ana, str(ANA))
        await enters(ben, str(BEN))
        thread = await ben.writes_to(ana, "Are you here, too?")
        at_ana, list_of_ana, at_ben = await ana.socket(), await ana.socket(), await ben.socket()
        await at_ana.opens(thread, after=1)
        await at_ben.opens(thread, after=1)
        done = await imports(path)
        assert done.counts == counts(people=3, threads=1, messages=HISTORY, added=HISTORY, redated=HISTORY)
        for socket in (at_ana, at_ben):
            assert await socket.receives_one_of("reset", "message") == {"type": "reset", "thread": thread}
        for socket in (at_ana, at_ben, list_of_ana):
            assert await socket.receives("reset") == {"type": "reset", "thread": None}
        messages = (await ana.json(f"/messages/chat/{thread}/history?before={HISTORY + 2}"))["messages"]
        assert messages[-1]["text"] == f"message {HISTORY}"
        assert await _unread(config, ana) == 1
        assert await _unread(config, ben) == 0
        # What was said here is unread until it is read, and the history never is.
        await at_ana.opens(thread, after=HISTORY + 1)
        assert (await _reads(at_ana, thread, 1))["unread"] == 0
        # Nor does the repair of lost news tell of it.
        polls = queries["recent_threads"]
        while queries["recent_threads"] < polls + 2:
            await asyncio.sleep(0.01)
        # The next message comes behind the history, also where nothing of it is known.
        await at_ben.sends(thread, "Now we have it")
        assert (await at_ana.receives("message"))["seq"] == HISTORY + 2
        assert {frame["seq"] for frame in await _messages(list_of_ana)} <= {1, HISTORY + 2}


async def test_a_page_that_knows_nothing_of_a_long_history_loads_it_instead_of_a_replay(
    url: URL, imports: Imports, config: Config, tmp_path: Path
) -> None:
    original = Original(threads={1: [ANA, BEN]})
    for place in range(HISTORY):
        original.says(1, ANA, f"message {place + 1}")
    async with Person(url, "ana") as ana, Person(url, "ben") as ben:
        await enters(ana, str(ANA))
        await enters(ben, str(BEN))
        thread = await ben.writes_to(ana, "Are you here, too?")
        socket, at_ben = await ana.socket(), await ben.socket()
        await socket.opens(thread, after=1)
        # The news that the thread has grown is lost.
        await imports(original.in_sqlite(tmp_path / "db.sqlite3"), REDIS_PREFIX="elsewhere:")
        await at_ben.sends(thread, "Now we have it")
        assert (await socket.receives_one_of("message", "reset"))["type"] == "reset"


async def test_lists_hear_from_the_next_run_what_one_that_was_killed_has_added(
    url: URL, imports: Imports, tmp_path: Path
) -> None:
    original = Original(threads={1: [ANA, BEN]})
    original.says(1, BEN, "history")
    path = original.in_sqlite(tmp_path / "db.sqlite3")
    async with Person(url, "ana") as ana:
        await enters(ana, str(ANA))
        list_of_ana = await ana.socket()
        # As if the first run was killed before it told anybody.
        assert (await imports(path, REDIS_PREFIX="elsewhere:")).counts["added"] == 1
        assert (await imports(path)).counts["added"] == 0
        assert await list_of_ana.receives("reset") == {"type": "reset", "thread": None}


async def test_deleting_what_was_imported_lowers_no_unread_count(
    url: URL, imports: Imports, config: Config, tmp_path: Path
) -> None:
    original = Original(threads={1: [ANA, BEN]})
    original.says(1, BEN, "history")
    async with Person(url, "ana") as ana, Person(url, "ben") as ben:
        await enters(ana, str(ANA))
        await enters(ben, str(BEN))
        thread = await ben.writes_to(ana, "Are you here, too?")
        await imports(original.in_sqlite(tmp_path / "db.sqlite3"))
        socket = await ben.socket()
        await socket.deletes(thread, 2)
        await socket.receives("done")
        assert await _unread(config, ana) == 1


async def _unread(config: Config, person: Person) -> int:
    query = f"""select t.last_seq - p.read_seq - p.sent_unread from participants p join threads t on t.id = thread_id
        where user_id = {person.id}"""
    return int(execute(str(config.database_url), query)[0][0])


async def _reads(socket: Socket, thread: int, seq: int) -> dict[str, object]:
    await socket.says("read", thread=thread, seq=seq)
    return await socket.receives("read", seq=seq)


async def _messages(socket: Socket) -> list[dict[str, object]]:
    """The messages that a page was told of, up to the last."""
    frames: list[dict[str, object]] = []
    while not frames or frames[-1]["text"] != "Now we have it":
        frames.append(await socket.receives("message"))
    return frames
