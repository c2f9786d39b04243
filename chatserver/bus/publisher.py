"""Publishes events to the other processes: all that wait in one round trip to Redis, over a separate connection."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Sequence
from time import monotonic
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from chatserver.bus.client import REDIS_ERRORS
from chatserver.bus.events import Event, MessageStored, encode_event
from chatserver.telemetry.metrics import PUBLISH, PUBLISH_FAILED, PUBLISH_WAIT
from chatserver.telemetry.trace import trace

log = logging.getLogger(__name__)

MAX_WAITING = 10_000  # events; beyond, the oldest are dropped and the gap repair delivers their messages
MAX_ARGUMENTS = 5_000  # per script, or slightly more: a running script blocks Redis
# Arguments: each event, the number of its channels, and their names. One PUBLISH per channel would send the event, and
# receive an answer, once for each.
PUBLISH_ALL = b"""\
local i = 1
while i <= #ARGV do
  for k = i + 2, i + 1 + ARGV[i + 1] do redis.call('PUBLISH', ARGV[k], ARGV[i]) end
  i = i + 2 + ARGV[i + 1]
end"""


class Publisher:
    """Queues events and publishes them in order.

    An event that cannot be published is dropped: PostgreSQL has the messages, and the gap repair delivers them.
    """

    def __init__(self, redis: Redis, prefix: str, timeout: float) -> None:
        self._redis = redis
        self._prefix = f"{prefix}user:".encode()
        self._timeout = timeout or None
        self._waiting: deque[tuple[Event, Sequence[int], float]] = deque(maxlen=MAX_WAITING)
        self._connection: Any = None
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    async def open(self) -> None:
        """Connects in advance, so that the first event need not wait; returns without an error if Redis is down."""
        await self._with_deadline(self._publish_all([]))

    def publish(self, user_ids: Sequence[int], event: Event) -> None:
        """Queues an event for each user's channel; never blocks."""
        if user_ids:
            self._waiting.append((event, user_ids, monotonic()))
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run())

    @property
    def waiting(self) -> int:
        """The number of events not yet published."""
        return len(self._waiting)

    async def close(self) -> None:
        """Publishes the waiting events within the Redis timeout, then disconnects."""
        if self._task is not None:
            await asyncio.wait([self._task], timeout=self._timeout)
        await self._disconnect()

    async def _run(self) -> None:
        while self._waiting:
            await self._with_deadline(self._send(self._next_arguments()))

    def _next_arguments(self) -> list[bytes]:
        """Removes waiting events, up to a limit, and returns the script's arguments for them."""
        arguments: list[bytes] = []
        now = monotonic()
        while self._waiting and len(arguments) < MAX_ARGUMENTS:
            event, user_ids, since = self._waiting.popleft()
            PUBLISH_WAIT.note(now - since)
            if trace.on and isinstance(event, MessageStored):
                trace.event(event.frame, f"published for {len(user_ids)} people")
            arguments += encode_event(event), b"%d" % len(user_ids)
            arguments += [self._prefix + b"%d" % user_id for user_id in user_ids]
        return arguments

    async def _with_deadline(self, work: Coroutine[Any, Any, None]) -> None:
        start = monotonic()
        try:
            async with asyncio.timeout(self._timeout):
                await work
            PUBLISH.observe(monotonic() - start)
            self._failing = False
        except REDIS_ERRORS as error:
            await self._disconnect()
            PUBLISH_FAILED.inc()
            if not self._failing:
                log.warning(
                    "Redis accepts no events, PostgreSQL is polled instead: %s", str(error) or type(error).__name__
                )
            self._failing = True

    async def _send(self, arguments: list[bytes]) -> None:
        kept = self._connection is not None
        try:
            await self._publish_all(arguments)
        except (RedisConnectionError, RuntimeError):
            if not kept:
                raise
            await self._disconnect()  # Redis was restarted
            await self._publish_all(arguments)

    async def _publish_all(self, arguments: list[bytes]) -> None:
        if self._connection is None:
            self._connection = self._redis.connection_pool.make_connection()  # type: ignore[no-untyped-call]
            self._connection.socket_timeout = None  # `_with_deadline` limits all; redis-py would start a task for each
        await self._connection.send_command("EVAL", PUBLISH_ALL, 0, *arguments, check_health=False)
        await self._connection.read_response()

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect(nowait=True)
            self._connection = None
