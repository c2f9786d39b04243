"""Runs the application in a gunicorn worker.

https://docs.aiohttp.org/en/stable/deployment.html#start-gunicorn
"""

import asyncio
import os
import signal
import sys
from functools import partial
from types import FrameType
from typing import Any

import uvloop  # noqa: F401  # imported before the fork: an update may replace its files before a worker starts
from aiohttp.worker import GunicornUVLoopWebWorker

from chatserver.config.settings import Config
from chatserver.server.app import create_app
from chatserver.server.http_server import Runner

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}
LAST_THINGS = 7  # seconds for sockets, commits and events after the last request; then gunicorn kills the worker

os.register_at_fork(after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOP_SIGNALS))


class Worker(GunicornUVLoopWebWorker):
    """Stops as soon as SIGTERM arrives; aiohttp's worker only sets a flag and checks it once a second."""

    def __init__(self, *args: Any) -> None:
        """Blocks stop requests until the worker has its own handlers: the handlers of the master would swallow them."""
        super().__init__(*args)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)

    def init_signals(self) -> None:
        """Sets the worker's handlers; once the loop runs, they get what arrived since the fork."""
        super().init_signals()
        self.loop.call_soon(signal.pthread_sigmask, signal.SIG_UNBLOCK, STOP_SIGNALS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Handles SIGTERM and wakes the loop that waits for it."""
        super().handle_exit(sig, frame)
        self._notify_waiter_done()


async def run(worker: Any, config: Config) -> "WorkerRunner":
    """Returns our runner, with gunicorn's settings; aiohttp's worker accepts a runner in place of an application."""
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
    """Sends heartbeats and honors stop requests during start-up, however long that takes.

    aiohttp's worker does so only once it is serving, so gunicorn would kill a slow start.
    """

    def __init__(self, *args: Any, worker: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._worker = worker

    async def setup(self) -> None:
        """Starts the application; exits with status 0 if gunicorn stops or disappears meanwhile."""
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
