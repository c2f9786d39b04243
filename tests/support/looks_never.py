"""A worker for which the second never ends after which it would look whether it is to end: it has to be told."""

import asyncio

from chatserver.server import worker


class Worker(worker.Worker):
    def _wait_next_notify(self) -> "asyncio.Future[bool]":
        self._notify_waiter_done()
        self._notify_waiter = self.loop.create_future()
        return self._notify_waiter
