"""What the tests of conversations share."""

from collections.abc import AsyncIterator

import pytest

from chatserver.config.settings import Config
from tests.support.changing import Changes, changing


@pytest.fixture
async def changes(config: Config) -> AsyncIterator[Changes]:
    async with changing(config) as changes:
        yield changes
