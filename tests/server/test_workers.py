"""gunicorn's workers: one that dies, or starts during an outage or an update, does not affect the others."""

import asyncio
import contextlib
import os
import shutil
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import psycopg2
import pytest

from chatserver.config.settings import Config
from tests.support.door import Door
from tests.support.gunicorn import Gunicorn, gunicorn
from tests.support.metrics import folders, sockets_by_worker
from tests.support.people import PATIENCE, Person, Socket
from tests.support.ports import unused_port
from tests.support.processes import (
    answers,  # a fixture
)
from tests.support.proxy import Proxy, Streams


async def answers_pings(socket: Socket) -> bool:
    try:
        await socket.says("ping")
        await socket.receives("pong")
    except (AssertionError, ConnectionError):  # its worker has died
        return False
    return True


async def test_a_worker_started_while_postgresql_is_unavailable_waits_and_the_others_serve(
    config: Config, door: Door, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"DATABASE_URL": await door.open(), "WORKERS": "2", "METRICS_PORT": str(unused_port())}
    async with (
        gunicorn(config, tmp_path, "--timeout", "2", **settings) as server,
        Person(server.url, "Ana") as ana,
    ):
        await ana.sign_up()
        sockets = [await ana.socket() for _ in range(8)]
        (shared,) = folders(tmp_path)
        await server.until(lambda: sum(sockets_by_worker(shared).values()) == len(sockets))
        door.shut, before = True, server.workers
        dying = min(before, key=lambda worker: sockets_by_worker(shared).get(worker, 0))
        os.kill(dying, signal.SIGKILL)
        await server.says("waiting for PostgreSQL")
        (reborn,) = server.workers - before
        await server.until(lambda: door.turned_away > 4)  # longer than gunicorn waits for a worker's heartbeat
        assert reborn in server.workers
        assert server.log.read_text().count("waiting for PostgreSQL") == 1
        alive = [socket for socket in sockets if await answers_pings(socket)]
        assert alive
        door.shut = False
        await server.says("PostgreSQL answers")
        async with Person(server.url, "Ben") as ben:
            thread = await ana.writes_to(await ben.sign_up())
        for socket in alive:
            await socket.receives("message", thread=thread)


@pytest.mark.parametrize("how", ["shut", "silent"])
async def test_a_worker_that_waits_for_postgresql_stops_on_request(
    config: Config, door: Door, tmp_path: Path, how: str
) -> None:
    settings: dict[str, Any] = {"DATABASE_URL": await door.open(), "WORKERS": "2"}
    async with gunicorn(config, tmp_path, **settings) as server:
        setattr(door, how, True)
        os.kill(min(server.workers), signal.SIGKILL)
        await server.says("waiting for PostgreSQL")


async def test_a_worker_that_waits_for_the_schema_stops_on_request(
    config: Config, database_url: str, tmp_path: Path
) -> None:
    async with gunicorn(config, tmp_path, WORKERS="2") as server:
        with closing(psycopg2.connect(database_url)) as migrating, migrating.cursor() as cursor:
            cursor.execute("lock table migrations")
            os.kill(min(server.workers), signal.SIGKILL)
            await server.says("waiting for PostgreSQL")
            server.process.terminate()
            await asyncio.wait_for(server.process.wait(), PATIENCE)


async def test_a_worker_started_while_redis_is_unavailable_serves_when_it_is_back(
    config: Config, tmp_path: Path
) -> None:
    proxy_away = False

    async def enter() -> Streams:
        if proxy_away:
            raise ConnectionRefusedError
        return await asyncio.open_unix_connection(str(config.redis_url).removeprefix("unix://").partition("?")[0])

    proxy = Proxy(enter)
    settings: dict[str, Any] = {"REDIS_URL": f"redis://127.0.0.1:{await proxy.start()}/0", "WORKERS": "1"}
    async with gunicorn(config, tmp_path, **settings) as server, Person(server.url, "Ana") as ana:
        proxy_away = True
        (before,) = server.workers
        os.kill(before, signal.SIGKILL)
        await server.until(lambda: bool(server.workers - {before}))

        async def serves() -> int:
            with contextlib.suppress(aiohttp.ClientError):
                return (await ana.get("/healthz")).status
            return 0

        async with asyncio.timeout(PATIENCE):
            while await serves() != 200:
                await asyncio.sleep(0.05)
        proxy_away = False
        await answers(server.url, server.process)
        await ana.sign_up()
    await proxy.stop()


async def limit(server: Gunicorn, ana: Person) -> int:
    """Returns the limit of characters in a message, as the chat page has it."""
    async with Person(server.url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        page = await ana.get(f"/messages/chat/{thread}/")
    return int(page.text.partition('data-limit="')[2].partition('"')[0])


async def test_a_reload_applies_changed_settings_and_names_those_that_need_a_restart(
    config: Config, tmp_path: Path
) -> None:
    file, port = tmp_path / "settings", unused_port()
    file.write_text("WORKERS=1\nMAX_MESSAGE_CHARS=5\n")
    async with gunicorn(config, tmp_path, CONFIG_FILE=str(file)) as server, Person(server.url, "Ana") as ana:
        before = server.workers
        file.write_text(f"WORKERS=3\nMAX_MESSAGE_CHARS=7\nMETRICS_PORT={port}\nACCESS_LOG=on\n")
        server.process.send_signal(signal.SIGHUP)
        await server.until(lambda: len(server.workers - before) == 3 and not before & server.workers)
        await server.says("ACCESS_LOG, METRICS_PORT will change with the next restart")
        assert await limit(server, ana) == 7
        with pytest.raises(aiohttp.ClientConnectionError):
            await ana.http.get(f"http://127.0.0.1:{port}/metrics")


async def test_a_mistake_in_the_file_does_not_affect_a_reload_or_a_new_worker(config: Config, tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("WORKERS=1\nMAX_MESSAGE_CHARS=5\n")
    async with gunicorn(config, tmp_path, CONFIG_FILE=str(file)) as server, Person(server.url, "Ana") as ana:
        before = server.workers
        file.write_text("WORKERS=many\nMAX_MESSAGE_CHARS=7\n")
        server.process.send_signal(signal.SIGHUP)
        await server.says("Keeping the previous settings: WORKERS must be a number")
        await server.until(lambda: not before & server.workers)
        (reborn,) = server.workers
        os.kill(reborn, signal.SIGKILL)
        await server.until(lambda: bool(server.workers - {reborn}))
        await answers(server.url, server.process)
        assert await limit(server, ana) == 5


async def test_the_old_version_keeps_working_while_an_update_replaces_its_files(
    config: Config,
    tmp_path: Path,
    installed: Path,
) -> None:
    copy = tmp_path / "installed"
    shutil.copytree(installed, copy)
    async with gunicorn(config, tmp_path, cwd=copy, WORKERS="1") as server, Person(server.url, "Ana") as ana:
        package = copy / "chatserver"
        for template in (package / "templates").rglob("*.html"):
            template.write_text("{{ of_tomorrow }}")
        for gone in ("sql/queries", "static", "locale"):
            shutil.rmtree(package / gone)
        (package / "accounts" / "common_passwords.txt").unlink()
        (package / "sql" / "migrations" / "9999_tomorrows.sql").write_text("create table tomorrows (id bigint);")
        (worker,) = server.workers
        os.kill(worker, signal.SIGKILL)
        await server.until(lambda: bool(server.workers - {worker}))
        await answers(server.url, server.process)
        async with Person(server.url, "Ben") as ben:
            await ana.sign_up()
            thread = await ana.writes_to(await ben.sign_up())
        for path in ("/messages/", f"/messages/chat/{thread}/", "/messages/account/"):
            page = await ana.get(path, headers={"Accept-Language": "ru"})
            assert page.status == 200, path
        assert (await ana.get("/messages/chat/0/")).status == 404
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert (await ana.get(style)).status == 200
