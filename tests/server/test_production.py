"""The server in production: installed from a wheel, and under gunicorn with several workers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.server.schema import migrate
from tests.support.people import PASSWORD, Person
from tests.support.processes import process
from tests.support.raw import Raw
from tests.support.repository import ROOT

PRODUCTION = {
    "APP_ENV": "production", "SECRET_KEYS": "a-secret-key-of-the-tests", "API_KEY": "an-api-key-of-the-tests",
    "ORIGINS": "https://chat.example",
}  # fmt: skip


def test_an_installed_chatserver_reports_that_the_development_server_needs_a_checkout(installed: Path) -> None:
    assert not (installed / "chatserver" / "development").exists()
    ran = subprocess.run(
        [sys.executable, "-m", "chatserver", "run"],
        cwd=installed, env=os.environ | {"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (1, "")
    assert (
        ran.stderr == "chatserver: `run` is for development, from a checkout: make run. In production use gunicorn.\n"
    )


async def test_an_installed_wheel_serves_pages_styles_and_both_languages(config: Config, installed: Path) -> None:
    async with process(config, installed, "chatserver", "serve") as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        page = await ana.get("/messages/", headers={"Accept-Language": "ru"})
        assert "Чатов пока нет" in page.text
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert (await ana.get(style)).status == 200


async def test_gunicorns_workers_share_conversations_and_close_sockets_as_going_away(config: Config) -> None:
    gunicorn = [
        "gunicorn", "--config", "python:chatserver.gunicorn_conf", "--workers", "2", "--bind", "127.0.0.1:PORT",
        "--log-level", "warning",
    ]  # fmt: skip
    async with AsyncExitStack() as people:
        async with process(config, ROOT, *gunicorn) as url:
            ana = await people.enter_async_context(Person(url, "Ana"))
            ben = await people.enter_async_context(Person(url, "Ben"))
            thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
            sockets = [await ben.socket() for _ in range(8)]  # spread over both workers
            at_ana = await ana.socket()
            id = await at_ana.sends(thread, "to every screen")
            for socket in sockets:
                await socket.receives("message", id=id)
            ends = [asyncio.create_task(socket.ends()) for socket in sockets]
        assert await asyncio.gather(*ends) == [1001] * 8


@pytest.fixture
def durable(config: Config, tmp_path: Path) -> Iterator[Config]:
    """Settings with a PostgreSQL that production accepts: one that writes to disk."""
    with EmbeddedServers(tmp_path / "durable", redis_url=config.redis_url) as servers:
        migrate(servers.database_url)
        yield replace(config, database_url=servers.database_url)


async def test_production_cookies_are_secure_and_bound_to_the_host(durable: Config) -> None:
    async with process(durable, ROOT, "chatserver", "serve", **PRODUCTION) as url, Person(url, "Ana") as ana:
        page = await ana.get("/messages/sign-in/")
        cookie = page.headers["Set-Cookie"]
        assert cookie.startswith("__Host-chat_session=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        token = page.field("csrf_token")  # sent by hand, since browsers keep such cookies only under TLS
        signed_up = await ana.post_raw(
            "/messages/sign-up/",
            {"csrf_token": token, "username": "Ana", "password": PASSWORD},
            headers={"Cookie": cookie.partition(";")[0]},
        )
        assert signed_up.status == 303
        for kept in signed_up.headers.getall("Set-Cookie"):
            assert kept.startswith("__Host-")
            assert {"Secure", "HttpOnly", "Path=/"} <= set(kept.split("; "))
        assert sum("SameSite=Strict" in kept for kept in signed_up.headers.getall("Set-Cookie")) == 1


@pytest.mark.parametrize(
    ("hsts", "sent"),
    [("", "max-age=31536000"), ("subdomains", "max-age=31536000; includeSubDomains"), ("off", None)],
)
async def test_the_hsts_setting_decides_which_hosts_are_covered(durable: Config, hsts: str, sent: str | None) -> None:
    settings = {**PRODUCTION, "HSTS": hsts}
    async with process(durable, ROOT, "chatserver", "serve", **settings) as url, Person(url, "Ana") as ana:
        for path, status in (("/messages/sign-in/", 200), ("/messages/nowhere", 404)):
            answer = await ana.get(path)
            assert (answer.status, answer.headers.get("Strict-Transport-Security")) == (status, sent)
        async with Raw(url) as broken:
            await broken.sends(b"nonsense\r\n\r\n")
            refused = await broken.answer()
            assert refused is not None
            assert (refused.status, refused.headers.get("strict-transport-security")) == (400, sent)
