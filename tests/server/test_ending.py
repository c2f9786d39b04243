"""A server stops at once, and still answers requests sent before clients could know."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from chatserver.config.settings import Config
from chatserver.server.app import create_app
from chatserver.server.http_server import Runner
from tests.support.door import Door  # a fixture
from tests.support.gunicorn import gunicorn  # a fixture
from tests.support.people import Person

NEVER_POLLS = "tests.support.never_polling.Worker"


async def test_a_request_sent_as_the_server_begins_to_stop_is_answered(config: Config) -> None:
    runner = Runner(await create_app(config))
    await runner.setup()
    await web.TCPSite(runner, config.host, config.port).start()
    reader, writer = await asyncio.open_connection(config.host, config.port)
    assert runner.server
    while not runner.server.connections:
        await asyncio.sleep(0)
    ending = asyncio.create_task(runner.cleanup())
    while await gets_in(config):
        pass
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    writer.close()
    await ending


async def gets_in(config: Config) -> bool:
    try:
        (await asyncio.open_connection(config.host, config.port))[1].close()
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
async def test_a_worker_notices_a_stop_request_at_once(config: Config, tmp_path: Path, number: signal.Signals) -> None:
    async with (
        gunicorn(config, tmp_path, "--worker-class", NEVER_POLLS, WORKERS="1") as server,
        Person(server.url, "Ana") as ana,
    ):
        socket = await (await ana.sign_up()).socket()
        (worker,) = server.workers
        os.kill(worker, number)
        assert await socket.ends() == 1001
        await server.until(lambda: bool(server.workers - {worker}))


async def test_a_worker_that_is_asked_to_stop_before_it_handles_signals_stops(config: Config, tmp_path: Path) -> None:
    stopped_early = "tests.support.stopped_early.Worker"
    async with gunicorn(config, tmp_path, "--worker-class", stopped_early, WORKERS="1") as server:
        await server.until(lambda: server.log.read_text().count("Booting worker") == 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_when_gunicorn_stops_or_reloads_every_socket_is_closed_at_once(
    config: Config, tmp_path: Path, number: signal.Signals
) -> None:
    async with (
        gunicorn(config, tmp_path, "--worker-class", NEVER_POLLS, WORKERS="2") as server,
        Person(server.url, "Ana") as ana,
    ):
        await ana.sign_up()
        sockets = [await ana.socket() for _ in range(6)]
        server.process.send_signal(number)
        assert [await socket.ends() for socket in sockets] == [1001] * 6


async def test_a_worker_that_still_waits_for_postgresql_stops_without_trying_again(
    config: Config,
    door: Door,
    tmp_path: Path,
) -> None:
    settings: dict[str, Any] = {"DATABASE_URL": await door.open(), "WORKERS": "1"}
    async with gunicorn(config, tmp_path, "--worker-class", NEVER_POLLS, **settings) as server:
        door.silent = True
        (first,) = server.workers
        os.kill(first, signal.SIGKILL)
        await server.says("waiting for PostgreSQL")
        (waiting,) = server.workers
        os.kill(waiting, signal.SIGTERM)
        await server.until(lambda: waiting not in server.workers)
