"""The programs of the site: the shop may do everything, and knows Ana and Ben, who talk here."""

from collections.abc import AsyncIterator

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.people import Person
from tests.support.programs import Program, known_as, new_key, program


@pytest.fixture
async def shop(url: URL, config: Config) -> AsyncIterator[Program]:
    async with program(url, await new_key(config, "shop", "write", "read", "admin")) as shop:
        yield shop


@pytest.fixture
async def chat(ana: Person, ben: Person, config: Config) -> int:
    """Ana, `ana-1` to the shop, and Ben, `ben-2`, in a thread with one message of Ana's."""
    known_as(config, ana, "ana-1")
    known_as(config, ben, "ben-2")
    return await ana.writes_to(ben, "Hello")
