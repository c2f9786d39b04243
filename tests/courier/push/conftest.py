"""Ben's browser at a push service of ours, and a courier that pushes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.people import Person
from tests.support.push_service import PushService, push_service, pushing
from tests.support.pushing import SETTINGS, PushBrowser, subscribes
from tests.support.servers import Serve

Couriers = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as service:
        yield service


@pytest.fixture
def settings(service: PushService) -> dict[str, Any]:
    return SETTINGS | {"push_hosts": (service.host,), "push_delay": 0, "courier_interval": 0.05}


@pytest.fixture
async def url(serve: Serve, settings: dict[str, Any]) -> URL:
    return await serve(**settings)


@pytest.fixture
async def bens(ben: Person, service: PushService) -> PushBrowser:
    """Ben's browser, which is subscribed."""
    browser = service.browser()
    assert await subscribes(ben, browser.subscription) == (204, "")
    return browser


@pytest.fixture
def courier(config: Config, settings: dict[str, Any]) -> Couriers:
    """Runs a courier for the length of a block."""

    return lambda: pushing(replace(config, **settings))
