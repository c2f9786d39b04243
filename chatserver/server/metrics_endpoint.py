"""Serves `/metrics` on an address of its own: the public address has no such page.

Under gunicorn the master opens the address before it starts the workers, and any free worker answers for all: a worker
that hangs, dies or restarts loses no metrics. prometheus_client's own server is a thread in one process, and a master
with threads must not fork.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from chatserver.config.settings import Config, ConfigError
from chatserver.config.urls import reason_of
from chatserver.telemetry.metrics import REGISTRY
from chatserver.telemetry.multiprocess import FOLDER
from chatserver.web.app_keys import CONFIG

GOODBYE = 1.0  # seconds for a response in flight

_listener: socket.socket | None = None


def listen(config: Config) -> None:
    """Opens the configured address, if any, for this process and its forks. Raises ConfigError."""
    global _listener  # noqa: PLW0603  # workers inherit it at the fork
    if config.metrics_port:
        _listener = _open(config)


async def serve(app: web.Application) -> AsyncIterator[None]:
    """Serves the metrics while the application runs. Raises ConfigError."""
    async with serving(app[CONFIG]):
        yield


@asynccontextmanager
async def serving(config: Config) -> AsyncIterator[None]:
    """Serves the metrics during the block, if METRICS_PORT is set. Raises ConfigError."""
    if not config.metrics_port:
        yield
        return
    site = web.Application()
    site.router.add_get("/metrics", _answer)
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=GOODBYE)
    await runner.setup()
    try:
        await web.SockSite(runner, _listener or _open(config)).start()
        yield
    finally:
        await runner.cleanup()


def _open(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.metrics_host else socket.AF_INET
    try:
        return socket.create_server((config.metrics_host, config.metrics_port), family=family)
    except (OSError, UnicodeError) as error:  # UnicodeError: an impossible host name
        raise ConfigError(
            f"Cannot listen on METRICS_HOST {config.metrics_host}, METRICS_PORT {config.metrics_port}: "
            f"{reason_of(error)}. Every instance needs a port of its own, and not in the file that they share."
        ) from None


async def _answer(_: web.Request) -> web.Response:
    """Answers with the metrics, computed in a thread: adding up many processes takes some milliseconds."""
    return web.Response(body=await asyncio.to_thread(_values), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _values() -> bytes:
    """Returns the metrics of this process, or of all processes that share the folder."""
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
