"""The shop is a program of the site that is told what is said; it knows Ana as `ana-1`, and not Ben."""

from collections.abc import AsyncIterator

import pytest

from chatserver.config.settings import Config
from tests.support.changing import Changes, changing
from tests.support.people import Person
from tests.support.programs import known_as
from tests.support.receivers import Receiver


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    async with Receiver() as shop:
        yield shop


@pytest.fixture
async def chat(ana: Person, ben: Person, config: Config) -> int:
    """A thread of Ana and Ben, with a message from before any webhook."""
    known_as(config, ana, "ana-1")
    return await ana.writes_to(ben, "from before")


@pytest.fixture
async def changes(config: Config) -> AsyncIterator[Changes]:
    async with changing(config) as changes:
        yield changes
