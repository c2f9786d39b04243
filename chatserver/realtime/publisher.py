"""News to the other processes: what waits goes to Redis in one pipelined round trip."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

MAX_WAITING = 10_000  # publishes; beyond, the oldest are dropped and made good by the repair


class Publisher:
    """Redis carries only news: a publish that fails is dropped, and the repair makes it good."""

    def __init__(self, redis: Redis, prefix: str, timeout: float) -> None:
        self._redis = redis
        self._prefix = prefix
        self._timeout = timeout or None
        self._waiting: deque[tuple[str, str]] = deque(maxlen=MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    def publish(self, user_ids: Iterable[int], payload: str) -> None:
        """Queues a frame for each person's channel; doesn't wait."""
        self._waiting.extend((f"{self._prefix}user:{user_id}", payload) for user_id in user_ids)
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    async def drain(self) -> None:
        """Gives what waits a last chance."""
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timeout):
                    await self._task

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, deque(maxlen=MAX_WAITING)
            try:
                async with (
                    asyncio.timeout(self._timeout),
                    self._redis.pipeline(transaction=False) as pipeline,
                ):
                    for channel, payload in batch:
                        pipeline.publish(channel, payload)
                    await pipeline.execute()
                self._failing = False
            except (RedisError, OSError, TimeoutError) as error:
                if not self._failing:
                    log.warning(
                        "Redis takes no news, PostgreSQL is asked instead: %s", str(error) or type(error).__name__
                    )
                self._failing = True
