"""PostgreSQL at the start of a process, however long it takes.

gunicorn ends all of an instance when one worker fails to begin, and every open chat with it. So a process that was born
while PostgreSQL is away waits; whether there ever was one is looked at before the first of them begins
(`check.refuse_to_start`).
"""

import asyncio
import logging

import psycopg2

from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.database.migrations import MigrationError, check_schema
from chatserver.errors import Unavailable

PAUSE = 1.0  # seconds between attempts

log = logging.getLogger(__name__)


async def wait_for_database(config: Config) -> db.Database:
    """A database that answers and has our schema, or one that came after it."""
    told = False
    while True:
        try:
            database = await _connect(config)
        except (MigrationError, Unavailable, psycopg2.Error) as error:
            if not told:
                log.warning("this process waits for PostgreSQL before it serves: %s", " ".join(str(error).split()))
            told = True
            await asyncio.sleep(PAUSE)
        else:
            if told:
                log.info("PostgreSQL answers: this process serves")
            return database


async def _connect(config: Config) -> db.Database:
    assert config.database_url is not None
    database = await db.connect(
        config.database_url, config.database_connections, config.database_timeout, config.database_pooling
    )
    try:
        await asyncio.to_thread(check_schema, config.database_url, newer_too=True)
    except BaseException:  # or told to end meanwhile
        await database.close()
        raise
    return database
