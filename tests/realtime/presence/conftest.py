"""Two servers that poll presence often."""

from collections.abc import AsyncIterator

import pytest
from yarl import URL

from tests.support.people import Person
from tests.support.servers import Serve
from tests.support.timing import OFTEN


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(presence_interval=OFTEN)


@pytest.fixture
async def elsewhere(ana: Person, serve: Serve) -> AsyncIterator[Person]:
    """Ana at another server of the same site."""
    url = await serve(port=0, presence_interval=OFTEN, origins=(str(ana.url.origin()),))
    async with Person(url, "Ana") as elsewhere:
        elsewhere.id = ana.id
        elsewhere.http.cookie_jar.update_cookies({"chat_session": ana.session.value}, url)
        yield elsewhere
