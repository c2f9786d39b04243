"""Real servers for every test: PostgreSQL and Valkey once a run, an empty database and a Redis prefix for each."""

import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port
from yarl import URL

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.server.schema import migrate
from tests.support.chromium import NO_BROWSER, has_browser
from tests.support.database import execute
from tests.support.people import Person
from tests.support.servers import API_KEY, Serve, serving


def pytest_report_header() -> list[str]:
    """Says at the start what will be skipped for want of a browser."""
    return [] if has_browser() else [f"{NO_BROWSER}: without it, what takes one is skipped"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says each reason for skipping tests once."""
    skipped = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in skipped.items():
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(tmp_path_factory.mktemp("servers"), durable=False) as servers:
        migrate(servers.database_url)
        yield servers


@pytest.fixture
def database_url(servers: EmbeddedServers) -> str:
    """A database with nothing in it."""
    execute(servers.database_url, "truncate users, threads, former_names restart identity cascade")
    return servers.database_url


@pytest.fixture
def config(servers: EmbeddedServers, database_url: str, tmp_path: Path) -> Config:
    """Settings for a server of this test's own; change them with `dataclasses.replace`."""
    port = unused_port()
    return Config(
        port=port,
        database_url=database_url,
        redis_url=servers.redis_url,
        redis_prefix=f"test-{secrets.token_hex(6)}:",
        data_dir=tmp_path,
        secret_keys=(secrets.token_urlsafe(32),),
        api_key=API_KEY,
        origins=(f"http://127.0.0.1:{port}",),
        database_connections=2,
        # A test says in a second what people say in hours.
        messages_per_second=0,
        frames_per_second=0,
        sockets_per_person=0,
        handshakes_per_minute=0,
        loop_lag_warning=0,  # tests look for other warnings, on machines that are busy
    )


@pytest.fixture
async def serve(config: Config) -> AsyncIterator[Serve]:
    """Starts a server in this process, with some settings changed; returns its address."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> URL:
            return await stack.enter_async_context(serving(replace(config, **changes)))

        yield start


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve()


@pytest.fixture
async def ana(url: URL) -> AsyncIterator[Person]:
    async with Person(url, "Ana") as ana:
        yield await ana.sign_up()


@pytest.fixture
async def ben(url: URL) -> AsyncIterator[Person]:
    async with Person(url, "Ben") as ben:
        yield await ben.sign_up()


@pytest.fixture
async def cleo(url: URL) -> AsyncIterator[Person]:
    async with Person(url, "Cleo") as cleo:
        yield await cleo.sign_up()
