"""A mail server of ours, and a courier that mails; Ben may have an address that he has confirmed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.mail_server import MailServer, mail_server, mailing
from tests.support.people import Person
from tests.support.servers import Serve

Couriers = Callable[[], AbstractAsyncContextManager[None]]
PAGE = "/messages/notifications/"


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as post:
        yield post


@pytest.fixture
def settings(post: MailServer) -> dict[str, Any]:
    return post.settings | {"digest_after": 0.2, "courier_interval": 0.05}


@pytest.fixture
async def url(serve: Serve, settings: dict[str, Any]) -> URL:
    return await serve(**settings)


@pytest.fixture
def courier(config: Config, settings: dict[str, Any]) -> Couriers:
    """Runs a courier for the length of a block."""

    return lambda: mailing(replace(config, **settings))


def has_address(person: Person, config: Config) -> None:
    execute(
        str(config.database_url),
        "insert into notification_choices (user_id, email, language)"
        f" values ({person.id}, '{person.name.lower()}@example.org', 'en')",
    )
