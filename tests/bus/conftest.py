"""A Redis of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers


@pytest.fixture
def own_redis(config: Config, tmp_path: Path) -> Iterator[str]:
    """A Redis that only this test uses, and may freeze."""
    with EmbeddedServers(tmp_path / "redis", durable=False, database_url=config.database_url) as servers:
        yield servers.redis_url
