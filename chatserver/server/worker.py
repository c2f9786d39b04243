"""How a worker of gunicorn runs the application.

https://docs.aiohttp.org/en/stable/deployment.html#start-gunicorn
"""

import asyncio
import os
import sys
from types import FrameType
from typing import Any

import uvloop  # noqa: F401  # before the fork, as all that workers need: an update may replace it meanwhile
from aiohttp.worker import GunicornUVLoopWebWorker

from chatserver.config.settings import Config
from chatserver.server.app import create_app
from chatserver.server.http_server import Runner

LAST_THINGS = 7  # seconds for what an end takes besides requests under way: sockets, commits, news; then gunicorn kills


class Worker(GunicornUVLoopWebWorker):
    """Ends as soon as SIGTERM comes. aiohttp's worker only notes it, and looks once a second whether it is noted."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._notify_waiter_done()


async def run(worker: Any, config: Config) -> "WorkerRunner":
    """Connections come in by our runner, with gunicorn's settings: aiohttp's worker takes one for an application."""
    settings = worker.cfg
    return WorkerRunner(
        await create_app(config),
        worker=worker,
        logger=worker.log,
        keepalive_timeout=settings.keepalive,
        access_log=worker.log.access_log if settings.accesslog else None,
        access_log_format=worker._get_valid_log_format(settings.access_log_format),  # noqa: SLF001
        shutdown_timeout=settings.graceful_timeout - LAST_THINGS,
    )


class WorkerRunner(Runner):
    """Reports to gunicorn, and ends when it is told to, while it still starts, however long that takes.

    aiohttp's worker does both only once it serves, and gunicorn kills a worker that does not report.
    """

    def __init__(self, *args: Any, worker: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._worker = worker

    async def setup(self) -> None:
        starting = asyncio.create_task(super().setup())
        while not starting.done():
            if not self._worker.alive or os.getppid() != self._worker.ppid:
                starting.cancel()
                await asyncio.wait([starting])
                await self.cleanup()
                sys.exit(0)
            self._worker.notify()
            await asyncio.wait([starting, self._worker._wait_next_notify()], return_when=asyncio.FIRST_COMPLETED)  # noqa: SLF001
        starting.result()
