"""Waits for PostgreSQL at the start of a process, without limit.

gunicorn stops a whole instance, and every open chat with it, if one worker fails to start. A process started while
PostgreSQL is down therefore waits; `check.refuse_to_start` tests before the first process whether PostgreSQL works.
"""

import asyncio
import logging

import psycopg2
import psycopg2.errors

from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.database.migrations import MigrationError, check_applied
from chatserver.errors import Unavailable

PAUSE = 1.0  # seconds between attempts

log = logging.getLogger(__name__)


async def wait_for_database(config: Config) -> db.Database:
    """Returns a database that answers and has this code's schema or a later one."""
    warned = False
    while True:
        try:
            database = await _connect(config)
        except (MigrationError, Unavailable, psycopg2.Error) as error:
            if not warned:
                log.warning("waiting for PostgreSQL before serving: %s", " ".join(str(error).split()))
            warned = True
            await asyncio.sleep(PAUSE)
        else:
            if warned:
                log.info("PostgreSQL answers: serving")
            return database


async def _connect(config: Config) -> db.Database:
    assert config.database_url is not None
    database = await db.connect(
        config.database_url, config.database_connections, config.database_timeout, config.database_pooling
    )
    try:
        check_applied(await _applied(database), newer_too=True)
    except BaseException:  # or cancelled meanwhile
        await database.close()
        raise
    return database


async def _applied(database: db.Database) -> set[str]:
    try:
        return set(await database.query("applied_migrations", str))
    except psycopg2.errors.UndefinedTable:
        return set()
