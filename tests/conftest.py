"""Real servers for every test: PostgreSQL and Valkey once a run, an empty database and a Redis prefix for each."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.server.app import create_app
from chatserver.server.http_server import Runner
from chatserver.server.schema import migrate
from tests.support.chromium import NO_BROWSER, has_browser
from tests.support.people import PATIENCE, Person

API_KEY = "the key of the tests"


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


def execute(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    """Asks the database itself."""
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


async def holds(database_url: str, question: str) -> None:
    """Waits until a query of the database has a row."""
    async with asyncio.timeout(PATIENCE):
        while not execute(database_url, question):
            await asyncio.sleep(0.01)


async def lock_is_waited_for(config: Config) -> None:
    """Waits until a query of the server stands at PostgreSQL, before a lock that the test holds."""
    await holds(str(config.database_url), "select 1 from pg_stat_activity where wait_event_type = 'Lock'")


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


Serve = Callable[..., Awaitable[URL]]


@pytest.fixture
async def serve(config: Config) -> AsyncIterator[Serve]:
    """Starts a server in this process, with some settings changed; returns its address."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> URL:
            return await stack.enter_async_context(serving(replace(config, **changes)))

        yield start


class Server(TestServer):
    """With the connections of the product."""

    async def _make_runner(self, **options: Any) -> web.AppRunner:
        return Runner(self.app, grace=0, **options)


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[URL]:
    async with Server(await create_app(config), host=config.host, port=config.port) as server:
        yield server.make_url("/")


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
