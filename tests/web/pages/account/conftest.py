"""Ana in two browsers, with presence polled often."""

from collections.abc import AsyncIterator

import pytest
from yarl import URL

from tests.support.people import Person
from tests.support.servers import Serve
from tests.support.timing import OFTEN
from tests.web.pages.account.forms import FIREFOX


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(presence_interval=OFTEN, session_recheck=0)


@pytest.fixture
async def laptop(ana: Person, serve: Serve) -> AsyncIterator[Person]:
    """Ana in another browser, which uses another server of the same site."""
    url = await serve(port=0, presence_interval=OFTEN, session_recheck=0, origins=(str(ana.url.origin()),))
    async with Person(url, "Ana", headers={"User-Agent": FIREFOX}) as laptop:
        laptop.id = ana.id
        assert (await laptop.sign_in()).status == 303
        yield laptop
