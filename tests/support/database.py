"""Questions to the database itself."""

import asyncio
from contextlib import closing
from typing import Any

import psycopg2

from chatserver.config.settings import Config
from tests.support.people import PATIENCE


def execute(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Asks the database itself."""
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


async def holds(database_url: str, question: str) -> None:
    """Waits until a query of the database has a row."""
    async with asyncio.timeout(PATIENCE):
        while not execute(database_url, question):
            await asyncio.sleep(0.01)


async def lock_is_waited_for(config: Config) -> None:
    """Waits until a query of the server stands at PostgreSQL, before a lock that the test holds."""
    await holds(str(config.database_url), "select 1 from pg_stat_activity where wait_event_type = 'Lock'")


def stored(config: Config) -> int:
    assert config.database_url is not None
    return int(
        execute(config.database_url, "select (select count(*) from threads) + (select count(*) from messages)")[0][0]
    )
