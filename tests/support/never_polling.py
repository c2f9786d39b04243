"""A gunicorn worker that never polls for a stop request, as aiohttp's does once a second: a signal must wake it."""

import asyncio

from chatserver.server import worker


class Worker(worker.Worker):
    def _wait_next_notify(self) -> "asyncio.Future[bool]":
        self._notify_waiter_done()
        self._notify_waiter = self.loop.create_future()
        return self._notify_waiter
