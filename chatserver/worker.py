"""How a worker of gunicorn runs the application.

https://docs.aiohttp.org/en/stable/deployment.html#start-gunicorn
"""

import asyncio
import os
import sys
from typing import Any

import uvloop  # noqa: F401  # before the fork, as all that workers need: an update may replace it meanwhile

from chatserver.app import create_app
from chatserver.config import Config
from chatserver.edge import Runner

REPORT = 0.5  # seconds
LAST_THINGS = 7  # seconds for what an end takes besides requests under way: sockets, commits, news; then gunicorn kills


async def run(worker: Any, config: Config) -> "WorkerRunner":
    """Connections come in by our runner, with gunicorn's settings: aiohttp's worker takes one for an application."""
    settings = worker.cfg
    return WorkerRunner(
        await create_app(config),
        worker=worker,
        logger=worker.log,
        keepalive_timeout=settings.keepalive,
        access_log=worker.log.access_log if settings.accesslog else None,
        access_log_format=worker._get_valid_log_format(settings.access_log_format),
        shutdown_timeout=settings.graceful_timeout - LAST_THINGS,
    )


class WorkerRunner(Runner):
    """One that starts for as long as it takes: aiohttp's worker reports to gunicorn, which kills who doesn't, and hears
    that it is to end, only when it serves.
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
                sys.exit(0)
            self._worker.notify()
            await asyncio.wait([starting], timeout=REPORT)
        starting.result()
