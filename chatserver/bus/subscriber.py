"""Receives the events of other processes: one Redis connection for all sockets, which reconnects after every failure.

Replaces redis-py's PubSub, whose `listen()` ends after an outage of seconds, does not notice a frozen server, and does
not report when Redis has confirmed a subscription.
"""

import asyncio
import logging
import random
from collections import Counter, deque
from collections.abc import Callable
from time import monotonic
from typing import Any

from redis.asyncio import Redis

from chatserver.bus.client import REDIS_ERRORS

log = logging.getLogger(__name__)

MAX_CHANNELS = 1000  # in one SUBSCRIBE
MAX_PAUSE = 1.0  # seconds between attempts to connect


class Subscription:
    """The subscription to one channel; `live` once Redis has confirmed it.

    A list of futures takes a tenth of the memory of `asyncio.Event`, and there are ten thousand of these.
    """

    __slots__ = ("_waiters", "live")

    def __init__(self) -> None:
        self.live = False
        self._waiters: list[asyncio.Future[None]] = []

    async def wait(self) -> None:
        """Returns once the subscription is live."""
        if not self.live:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def set_live(self) -> None:
        """Marks the subscription live and wakes its waiters."""
        self.live = True
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()


class Subscriber:
    """Receives the events of the users that were added.

    Pings every `ping_interval` seconds; treats Redis as down after `silence` seconds without any answer. `live`:
    whether events arrive.
    """

    def __init__(
        self,
        redis: Redis,
        prefix: str,
        *,
        ping_interval: float,
        silence: float,
    ) -> None:
        self._redis = redis
        self._prefix = f"{prefix}user:".encode()
        self._ping_interval = ping_interval
        self._silence = silence
        self._on_event: Callable[[int, bytes], None]
        self._on_connection: Callable[[bool], None]
        self._subscriptions: dict[int, Subscription] = {}
        self._unconfirmed: Counter[int] = Counter()  # each user's SUBSCRIBEs not confirmed yet
        self._commands: deque[tuple[str, int]] = deque()
        self._wake = asyncio.Event()
        self._answered_at = 0.0
        self.live = False

    async def add(self, user_id: int) -> None:
        """Subscribes to a user's channel; returns once Redis has confirmed it, or at once while Redis is down.

        Only a read from PostgreSQL that starts after this is sure to miss nothing.
        """
        if user_id not in self._subscriptions:
            self._subscriptions[user_id] = Subscription()
            self._unconfirmed[user_id] += 1
            self._command("SUBSCRIBE", user_id)
        if self.live:
            await self._subscriptions[user_id].wait()

    def remove(self, user_id: int) -> None:
        """Unsubscribes from a user's channel."""
        del self._subscriptions[user_id]
        self._command("UNSUBSCRIBE", user_id)

    def _command(self, name: str, user_id: int) -> None:
        self._commands.append((name, user_id))
        self._wake.set()

    async def run(self, on_event: Callable[[int, bytes], None], on_connection: Callable[[bool], None]) -> None:
        """Receives until cancelled, reconnecting after failures.

        Calls `on_event(user_id, payload)` for each event, and `on_connection(live)` when events begin or cease to
        arrive.
        """
        self._on_event, self._on_connection = on_event, on_connection
        while True:
            connection = self._redis.connection_pool.make_connection()  # type: ignore[no-untyped-call]
            connection.socket_timeout = None  # a timer for each read costs more than the read
            self._answered_at = monotonic()
            try:
                async with asyncio.timeout(self._silence):
                    await connection.connect()
                await self._listen(connection)
            except REDIS_ERRORS as error:
                if self.live:
                    log.warning("Redis is down, PostgreSQL is polled instead: %s", str(error) or type(error).__name__)
            finally:
                await connection.disconnect(nowait=True)
                self._set_live(False)
            await asyncio.sleep(random.uniform(0, MAX_PAUSE))  # noqa: S311  # jitter, no secret

    async def _listen(self, connection: Any) -> None:
        """Writes and reads until either fails. Not a TaskGroup, which can lose a cancellation on Python 3.11."""
        work = [asyncio.create_task(self._write(connection)), asyncio.create_task(self._read(connection))]
        try:
            await asyncio.gather(*work)
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _write(self, connection: Any) -> None:
        """Sends all subscriptions, then each change; pings when there is none."""
        self._commands.clear()
        self._unconfirmed = Counter(self._subscriptions.keys())
        await self._send(connection, "SUBSCRIBE", list(self._subscriptions))
        await self._send_command(connection, "PING")  # its answer arrives after the confirmation of all of them
        while True:
            patience = self._answered_at + self._silence - monotonic()
            if patience <= 0:
                raise TimeoutError(f"no answer for {self._silence:g} s")
            try:
                async with asyncio.timeout(min(self._ping_interval, patience)):
                    await self._wake.wait()
            except TimeoutError:
                await self._send_command(connection, "PING")
            self._wake.clear()
            while self._commands:
                name, user_ids = self._next_commands()
                await self._send(connection, name, user_ids)

    def _next_commands(self) -> tuple[str, list[int]]:
        """Merges the next commands of one kind into one command."""
        name = self._commands[0][0]
        user_ids: list[int] = []
        while self._commands and self._commands[0][0] == name and len(user_ids) < MAX_CHANNELS:
            user_ids.append(self._commands.popleft()[1])
        return name, user_ids

    async def _send(self, connection: Any, name: str, user_ids: list[int]) -> None:
        for start in range(0, len(user_ids), MAX_CHANNELS):
            part = user_ids[start : start + MAX_CHANNELS]
            await self._send_command(connection, name, *(self._prefix + b"%d" % user_id for user_id in part))

    async def _send_command(self, connection: Any, *command: str | bytes) -> None:
        """Raises TimeoutError if Redis accepts no bytes: it is as unavailable as one that answers nothing."""
        async with asyncio.timeout(self._silence):
            await connection.send_command(*command, check_health=False)

    async def _read(self, connection: Any) -> None:
        """Dispatches events and confirmations; any answer, including a pong, shows that Redis is alive."""
        while True:
            answer = await connection.read_response(disable_decoding=True, disconnect_on_error=False, push_request=True)
            self._answered_at = monotonic()
            match answer:
                case [b"message", channel, payload]:
                    self._on_event(int(channel.removeprefix(self._prefix)), payload)
                case [b"subscribe", channel, _]:
                    self._confirm(int(channel.removeprefix(self._prefix)))
                case [b"pong", *_] | b"PONG":
                    self._set_live(True)

    def _confirm(self, user_id: int) -> None:
        self._unconfirmed[user_id] -= 1
        if self._unconfirmed[user_id] <= 0:
            del self._unconfirmed[user_id]
            if subscription := self._subscriptions.get(user_id):
                subscription.set_live()

    def _set_live(self, live: bool) -> None:
        if not live:
            for subscription in self._subscriptions.values():
                subscription.set_live()  # releases waiters: Redis is unavailable
        if live != self.live:
            self.live = live
            self._on_connection(live)
