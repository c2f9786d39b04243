"""Shared by the commands: the servers they work on, and the error for wrong usage."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.database.migrations import check_schema
from chatserver.errors import CommandError
from chatserver.server.schema import migrate

Work = Callable[[Config, db.Database], Awaitable[dict[str, Any]]]


class UsageError(CommandError):
    """The command cannot be executed as given; one sentence."""


def with_database(config: Config, work: Work) -> dict[str, Any]:
    """Runs `work` on the database of the settings. Raises MigrationError, Unavailable."""

    async def connected(config: Config, url: str) -> dict[str, Any]:
        database = await db.connect(url, 1, 0, config.database_pooling)
        try:
            return await work(config, database)
        finally:
            await database.close()

    with servers(config) as found:
        assert found.database_url is not None
        check_schema(found.database_url)
        return asyncio.run(connected(found, found.database_url))


@asynccontextmanager
async def publishing(config: Config) -> AsyncIterator[tuple[Redis, Publisher]]:
    """Yields Redis and a publisher; publishes the remaining events at the end if Redis answers."""
    redis = connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, config.redis_timeout)
    try:
        yield redis, publisher
    finally:
        await publisher.close()
        await redis.aclose()


@contextmanager
def servers(config: Config) -> Iterator[Config]:
    """Yields settings with both URLs; in development those of `make run`'s servers, started temporarily if needed."""
    if config.database_url and config.redis_url:
        yield config
        return
    # Production has neither these servers nor their packages.
    from chatserver.development.embedded import EmbeddedServers, forget_libpq_settings, running  # noqa: PLC0415

    if urls := running(config.data_dir):
        if not config.database_url:
            forget_libpq_settings()
        yield replace(config, database_url=config.database_url or urls[0], redis_url=config.redis_url or urls[1])
    else:
        with EmbeddedServers(config.data_dir, database_url=config.database_url, redis_url=config.redis_url) as embedded:
            migrate(embedded.database_url)
            yield replace(config, database_url=embedded.database_url, redis_url=embedded.redis_url)
