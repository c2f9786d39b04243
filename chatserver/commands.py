"""What the commands of the terminal share: the servers they work on, and how they refuse."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from chatserver import db
from chatserver.config import Config
from chatserver.embedded import EmbeddedServers, running
from chatserver.migrations import check_schema, migrate

Work = Callable[[Config, db.Database], Awaitable[dict[str, Any]]]


class UsageError(Exception):
    """What was asked for cannot be done so; one sentence."""


def with_database(config: Config, work: Work) -> dict[str, Any]:
    """Does some work on the database of the settings. Raises MigrationError, Unavailable."""

    async def connected(config: Config, url: str) -> dict[str, Any]:
        database = await db.connect(url, 1, 0)
        try:
            return await work(config, database)
        finally:
            await database.close()

    with servers(config) as found:
        assert found.database_url is not None
        check_schema(found.database_url)
        return asyncio.run(connected(found, found.database_url))


@contextmanager
def servers(config: Config) -> Iterator[Config]:
    """The servers of the settings; in development those that `make run` has running, or else started for the moment."""
    if config.database_url and config.redis_url:
        yield config
    elif urls := running(config.data_dir):
        yield replace(config, database_url=config.database_url or urls[0], redis_url=config.redis_url or urls[1])
    else:
        with EmbeddedServers(config.data_dir, database_url=config.database_url, redis_url=config.redis_url) as embedded:
            migrate(embedded.database_url)
            yield replace(config, database_url=embedded.database_url, redis_url=embedded.redis_url)
