"""What people do in groups, past the forms: stored as the server stores it, and published to all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.groups.creation import NewGroup
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.client import connect
from tests.support.people import Person


@asynccontextmanager
async def another_process(config: Config) -> AsyncIterator[Groups]:
    db, redis = await connect(str(config.database_url), 4, 5), connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, 2)
    try:
        yield Groups(db, publisher, config, TextDigests(config.secret_keys))
    finally:
        await publisher.close()
        await redis.aclose()
        await db.close()


@pytest.fixture
async def groups(config: Config) -> AsyncIterator[Groups]:
    async with another_process(config) as groups:
        yield groups


@pytest.fixture
async def unheard(config: Config) -> AsyncIterator[Groups]:
    """A process whose changes are stored, but whose events nobody hears."""
    async with another_process(replace(config, redis_prefix="another:")) as groups:
        yield groups


@pytest.fixture
async def group(groups: Groups, ana: Person, ben: Person) -> int:
    """The thread of a group that Ana owns, with Ben."""
    return await groups.create(NewGroup("Holidays", [ben.id]), by=ana.id)
