"""Real servers for every test: PostgreSQL and Valkey once a run, an empty database and a Redis prefix for each."""

import os
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.development.embedded import EmbeddedServers
from chatserver.server.schema import migrate
from tests.support.chromium import NO_BROWSER, has_browser
from tests.support.database import EMPTY_EVERYTHING, KeptConnection, execute
from tests.support.people import Person
from tests.support.ports import unused_port
from tests.support.servers import API_KEY, Serve, serving


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: tests wait for browsers and processes a third of their time."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_report_header() -> list[str]:
    """Reports at the start which tests will be skipped because there is no browser."""
    return [] if has_browser() else [f"{NO_BROWSER}: without it, what takes one is skipped"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Reports each reason for skipping tests once."""
    skipped = Counter(str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in skipped.items():
        terminalreporter.write_line(f"{count} skipped: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    with EmbeddedServers(tmp_path_factory.mktemp("servers"), durable=False) as servers:
        migrate(servers.database_url)
        for statement in ("alter system set autovacuum = off", "select pg_reload_conf()"):
            execute(servers.database_url, statement)
        yield servers


@pytest.fixture(scope="session")
def kept_connection(servers: EmbeddedServers) -> Iterator[KeptConnection]:
    with closing(KeptConnection(servers.database_url)) as connection:
        yield connection


@pytest.fixture
def database_url(servers: EmbeddedServers, kept_connection: KeptConnection) -> str:
    """An empty database."""
    kept_connection.execute(EMPTY_EVERYTHING)
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
        files_dir=str(tmp_path / "files"),
        secret_keys=(secrets.token_urlsafe(32),),
        api_key=API_KEY,
        origins=(f"http://127.0.0.1:{port}",),
        database_connections=2,
        # A test sends in a second what people send in hours.
        messages_per_second=0,
        frames_per_second=0,
        sockets_per_person=0,
        handshakes_per_minute=0,
        search_delay=0,
        loop_lag_warning=0,  # tests look for other warnings, on busy machines
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


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Round trips to PostgreSQL, by query."""
    counted: Counter[str] = Counter()
    run = Database._run  # noqa: SLF001

    async def counting(self: Database, name: str, *arguments: Any) -> Any:
        counted[name] += 1
        return await run(self, name, *arguments)

    monkeypatch.setattr(Database, "_run", counting)
    return counted
