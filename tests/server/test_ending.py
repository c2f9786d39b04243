"""How a server ends: at once, and who asked before they could know of it gets an answer."""

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


async def test_what_is_sent_just_as_the_server_begins_to_end_is_answered(config: Config) -> None:
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


async def test_a_worker_that_still_waits_for_postgresql_ends_without_looking_for_it(
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
