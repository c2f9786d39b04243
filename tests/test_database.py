"""Traps of aiopg: a cancellation that comes with an answer, and a connection that is closed twice."""

import asyncio
import time
from contextlib import closing

import psycopg2

from chatserver import db
from chatserver.config import Config
from tests.conftest import lock_is_waited_for


async def test_a_task_that_is_cancelled_while_its_answer_arrives_ends(config: Config) -> None:
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, timeout=0)
    with closing(psycopg2.connect(config.database_url)) as holding_up:
        holding_up.cursor().execute("lock table users in access exclusive mode")
        asked = asyncio.create_task(database.fetch("user_by_id", user_id=1))
        await lock_is_waited_for(config)
        asyncio.get_running_loop().call_later(0, asked.cancel)
    time.sleep(0.2)  # noqa: ASYNC251  # both are there when the loop looks again
    await asyncio.wait([asked])
    await database.close()
    assert asked.cancelled()


async def test_a_connection_that_a_cancelled_query_closed_is_not_closed_again(config: Config) -> None:
    """Its descriptor is another's by then."""
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, timeout=0)
    async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1") as server:
        with closing(psycopg2.connect(config.database_url)) as holding_up:
            holding_up.cursor().execute("lock table users in access exclusive mode")
            asked = asyncio.create_task(database.fetch("user_by_id", user_id=1))
            await lock_is_waited_for(config)
            asked.cancel()
            await asyncio.wait([asked])
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        await database.close()
        writer.close()
