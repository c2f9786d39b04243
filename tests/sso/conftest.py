"""Account sync with a site, and browsers of its people."""

from collections.abc import AsyncIterator

import pytest
from yarl import URL

from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.sso.account_sync import AccountSync
from tests.support.people import Person
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS


@pytest.fixture
async def account_sync(config: Config) -> AsyncIterator[AccountSync]:
    database = await db.connect(str(config.database_url), 4, timeout=0)
    redis = connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, 0)
    yield AccountSync(database, SessionIndex(redis, config), publisher, config)
    await publisher.close()
    await redis.aclose()
    await database.close()


@pytest.fixture
async def site(serve: Serve) -> URL:
    """The address of a chat whose people come from a site."""
    return await serve(**SETTINGS, silence_timeout=0)  # a test that runs a command answers no pings


@pytest.fixture
async def browser(site: URL) -> AsyncIterator[Person]:
    """A browser in which nobody is signed in: Ana's."""
    async with Person(site, "Ana") as ana:
        yield ana


@pytest.fixture
async def other_browser(site: URL) -> AsyncIterator[Person]:
    async with Person(site, "Ben") as ben:
        yield ben
