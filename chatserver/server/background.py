"""Runs the background tasks of a process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

END_TIMEOUT = 1.0  # seconds for the tasks to end
RESTART_PAUSE = 1.0  # seconds

Work = Callable[[], Awaitable[None]]


@asynccontextmanager
async def running(works: Sequence[Work]) -> AsyncIterator[None]:
    """Runs each work in a task of its own until the end of the block."""
    tasks = [asyncio.create_task(keep_running(work)) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=END_TIMEOUT)


async def keep_running(work: Work) -> None:
    """Logs and restarts a work that fails unexpectedly; otherwise sockets would hang without any error."""
    while True:
        try:
            return await work()
        except Exception:
            log.exception("%s failed", work)
            await asyncio.sleep(RESTART_PAUSE)
