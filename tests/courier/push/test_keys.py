"""VAPID_KEYS has several keys, newest first: each browser goes on under the one that it was subscribed with."""

import base64
from typing import Any

from chatserver.config.settings import Config
from chatserver.notifications.vapid import public_keys
from tests.courier.push.conftest import Couriers
from tests.support.database import holds
from tests.support.people import Person
from tests.support.push_service import Push, PushService
from tests.support.pushing import VAPID_KEY, PushBrowser, is_subscribed, subscribes
from tests.support.servers import Serve

NEW_KEY = base64.urlsafe_b64encode(bytes(range(2, 34))).rstrip(b"=").decode()
OLD, NEW = public_keys([VAPID_KEY, NEW_KEY])


async def test_a_browser_goes_on_under_the_key_that_it_was_subscribed_with(
    ana: Person,
    ben: Person,
    bens: PushBrowser,
    service: PushService,
    courier: Couriers,
    settings: dict[str, Any],
    serve: Serve,
) -> None:
    assert bens
    settings["vapid_keys"] = (NEW_KEY, VAPID_KEY)
    async with Person(await serve(**settings | {"port": 0}), "Dan") as dan:
        await dan.sign_up()
        assert (await dan.json("/messages/push"))["key"] == NEW
        await subscribes(dan, service.browser().subscription)
        assert await is_subscribed(dan)
        async with dan.http.get("/messages/push", headers=ben.cookie) as answer:
            assert (await answer.json())["subscribed"]
        async with courier():
            await ana.writes_to(ben)
            assert key_of(await service.next()) == OLD
            await ana.writes_to(dan)
            assert key_of(await service.next()) == NEW


async def test_under_a_key_that_is_gone_nothing_is_pushed_and_the_browser_hears_it(
    ana: Person,
    ben: Person,
    bens: PushBrowser,
    service: PushService,
    courier: Couriers,
    settings: dict[str, Any],
    serve: Serve,
    config: Config,
) -> None:
    assert bens
    settings["vapid_keys"] = (NEW_KEY,)
    await ana.writes_to(ben)
    async with courier():
        await holds(str(config.database_url), "select 1 from push_subscriptions where failure = 'refused'")
    assert service.taken == 0
    async with (
        Person(await serve(**settings | {"port": 0}), "Ben") as there,
        there.http.get("/messages/push", headers=ben.cookie) as answer,
    ):
        assert await answer.json() == {"key": NEW, "subscribed": False}


def key_of(push: Push) -> str:
    """The key in base64url under which the service knows who sends."""
    return push.headers["Authorization"].rpartition("k=")[2]
