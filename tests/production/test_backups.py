"""A backup made while people talk."""

import asyncio
import signal
import time
from contextlib import closing
from datetime import datetime
from typing import Any, NamedTuple

import aiohttp
import psycopg2
import pytest

from tests.faults.checker import Report
from tests.production.databases import said
from tests.production.judging import judge
from tests.production.programs import program
from tests.production.stage import SECRET, Stage
from tests.support.people import PATIENCE
from tests.support.ports import unused_port

pytestmark = pytest.mark.usefixtures("restored")


async def test_a_backup_made_while_people_talk_has_everything_acknowledged_before(talk: Stage) -> None:
    made = await talk.provision(users=4, threads=2, messages=250)
    await talk.people_talk(10)
    report, dump = Report("a backup while people talk"), talk.folder / "postgres" / "chatserver.dump"
    promised = {id for talker in talk.talkers for id in talker.acknowledged}
    with closing(psycopg2.connect(talk.owner_url)) as holding_up:
        holding_up.cursor().execute("lock table password_resets")  # a dump needs it, and talking does not
        dumping = asyncio.create_task(
            asyncio.to_thread(talk.once, program("pg_dump"), "-Fc", "-f", dump, talk.owner_url)
        )
        await asyncio.to_thread(pg_dump_waits, talk.owner_url)
        stored, _ = said(talk)
        async with asyncio.timeout(PATIENCE):
            while said(talk)[0] < stored + 10:
                await asyncio.sleep(0.05)
    await dumping
    await judge(talk, report, time.monotonic())
    await talk.everyone_leaves()
    port = unused_port()
    talk.start_postgres("postgres-fresh", port)
    fresh_owner = talk.database("chatserver_owner", f"{SECRET}-owner", port)
    talk.once(program("pg_restore"), "--no-owner", "--exit-on-error", "-d", fresh_owner, dump)
    live, restored = conversations(talk.owner_url), conversations(fresh_owner)
    assert restored.keys() == live.keys()
    for thread, messages in restored.items():
        assert [message.seq for message in messages] == list(range(1, len(messages) + 1))
        for then, now in zip(messages, live[thread], strict=False):
            assert then._replace(text="", change=0) == now._replace(text="", change=0)
            assert then == now or then.change < now.change
    assert promised <= {message.id for messages in restored.values() for message in messages}
    before = await everything(talk, made)
    url = talk.database("chatserver", SECRET, port)
    code, said_by_check = talk.check(DATABASE_URL=url)
    assert (code, said_by_check.splitlines()[-1]) == (0, "All is well.")  # the index of the search may lag behind
    await talk.restart_with(DATABASE_URL=url)
    assert await everything(talk, made) == before
    assert len(before[0]) == 250
    await talk.restart_with()
    talk.end("postgres-fresh", signal.SIGINT)


def pg_dump_waits(database_url: str) -> None:
    """Waits until pg_dump waits for a lock: it has taken its snapshot of the database by then."""
    question = "select from pg_stat_activity where application_name = 'pg_dump' and wait_event_type = 'Lock'"
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        deadline = time.monotonic() + PATIENCE
        while not cursor.rowcount > 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
            cursor.execute(question)


class Message(NamedTuple):
    """A row of `messages`; `change` is the last change, 0 for none."""

    seq: int
    id: str
    sender: int
    text: str
    at: datetime
    change: int


def conversations(database_url: str) -> dict[int, list[Message]]:
    """Returns every message of every thread from a database."""
    found: dict[int, list[Message]] = {}
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select thread_id, seq, client_id::text, sender_id, text, sent_at, coalesce(change, 0) "
            "from messages left join changed_messages using (thread_id, seq) order by 1, 2"
        )
        for thread, *message in cursor:
            found.setdefault(thread, []).append(Message(*message))
    return found


async def everything(stage: Stage, made: dict[str, Any]) -> list[Any]:
    """Returns all messages of all threads as their participants see them."""
    found = []
    async with aiohttp.ClientSession() as http:
        for thread in made["threads"]:
            messages: list[Any] = []
            before = ""
            cookie = made["users"][thread["members"][0]]["cookie"]
            while True:
                url = f"{stage.url}/messages/chat/{thread['id']}/history{before}"
                async with http.get(url, headers={"Cookie": cookie}, ssl=stage.trust) as response:
                    page = await response.json()
                messages = page["messages"] + messages
                if not page["more"]:
                    break
                before = f"?before={messages[0]['seq']}"
            found.append(messages)
    return found
