"""A chat whose messenger two sites embed, and Ben, whom one of them knows."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.browser.embedding import EmbeddingSite, embedding, embedding_url
from tests.browser.site import Site
from tests.support.people import Person
from tests.support.servers import serving
from tests.support.tokens import KEYS, SITE, enters


@pytest.fixture
def embedding_urls() -> tuple[str, str]:
    """A page of the chat's own site (another port of its host), and one of another site."""
    return embedding_url("127.0.0.1"), embedding_url("localhost")


@pytest.fixture
async def site(config: Config, embedding_urls: tuple[str, str]) -> AsyncIterator[Site]:
    config = replace(
        config, presence_interval=0.2, sso_keys=KEYS, sso_url=f"{embedding_urls[0]}/to-chat", sso_only=1,
        sso_origins=(SITE,), embed_origins=embedding_urls,
    )  # fmt: skip
    async with serving(config):
        yield Site(config)


@pytest.fixture
async def host(site: Site, embedding_urls: tuple[str, str]) -> AsyncIterator[EmbeddingSite]:
    async with embedding(site.url, embedding_urls[0]) as host:
        yield host


@pytest.fixture
async def elsewhere(site: Site, embedding_urls: tuple[str, str]) -> AsyncIterator[EmbeddingSite]:
    async with embedding(site.url, embedding_urls[1]) as elsewhere:
        yield elsewhere


@pytest.fixture
async def ben(site: Site) -> AsyncIterator[Person]:
    """Ben, whom the site calls 8."""
    async with Person(URL(site.url), "Ben") as ben:
        yield await enters(ben, "8", full_name="Ben Diaz")
