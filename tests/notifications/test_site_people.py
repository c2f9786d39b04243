"""The browser of somebody whom the site signs in is subscribed until the site, or somebody else in it, ends that."""

from typing import Any

import pytest
from redis.asyncio import Redis
from yarl import URL

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person
from tests.support.programs import new_key, program
from tests.support.pushing import SETTINGS, PushBrowser, is_subscribed, subscribes
from tests.support.servers import Serve
from tests.support.sessions import key_of, token_of
from tests.support.tokens import SETTINGS as SSO
from tests.support.tokens import enters


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(**SETTINGS, **SSO)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "users/ben-1/sessions", None),
        ("PUT", "users/ben-1", {"disabled": True}),
        ("DELETE", "users/ben-1", None),
    ],
    ids=["sessions", "disabled", "deleted"],
)
async def test_the_site_ends_subscriptions_also_of_sessions_that_ran_out(
    url: URL, config: Config, database_url: str, method: str, path: str, body: Any
) -> None:
    key = await new_key(config, "site", "write", "admin")
    async with program(url, key) as site, Person(url, "Ben") as ben, Person(url, "Ben") as phone:
        for browser in (ben, phone):
            await enters(browser, "ben-1")
            assert await subscribes(browser, PushBrowser().subscription) == (204, "")
        await runs_out(phone, config)
        assert subscriptions(database_url) == 2
        assert (await site.call(method, path, body)).status in {200, 204}
        assert subscriptions(database_url) == 0


async def test_a_token_of_another_person_ends_it_and_the_same_one_goes_on(
    url: URL, config: Config, database_url: str
) -> None:
    async with Person(url, "Ben") as ben:
        await enters(ben, "ben-1")
        await subscribes(ben, PushBrowser().subscription)
        await runs_out(ben, config)
        await enters(ben, "ben-1")
        assert await is_subscribed(ben)
        await runs_out(ben, config)
        ben.name = "Cleo"
        await enters(ben, "cleo-1")
        assert subscriptions(database_url) == 0


async def runs_out(person: Person, config: Config) -> None:
    async with Redis.from_url(str(config.redis_url)) as redis:
        await redis.delete(key_of(config, token_of(person)))


def subscriptions(database_url: str) -> int:
    return int(execute(database_url, "select count(*) from push_subscriptions")[0][0])
