"""Stores in Redis when the users of this process were last online."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from time import monotonic, time

from redis.asyncio import Redis

from chatserver.bus.client import REDIS_ERRORS
from chatserver.config.settings import Config

ALL_INTERVAL = 60.0  # seconds between writes of all users online here: a process that dies loses at most this much
KEEP = 30 * 86400  # seconds; after that the time when a user was last online is forgotten
MAX_USERS = 1000  # in one command: Redis does nothing else meanwhile


def last_online_key(config: Config) -> str:
    """Returns the key of the sorted set of all sites' users by the unix second when they were last online."""
    return f"{config.redis_prefix}last_online"


class LastOnline:
    """Collects the users who leave this process until `store`. `users` returns the users who are here.

    Calls `on_user_left` when a write should be made soon.
    """

    def __init__(
        self, redis: Redis, config: Config, users: Callable[[], Sequence[int]], on_user_left: Callable[[], None]
    ) -> None:
        self._redis = redis
        self._key = last_online_key(config)
        self._enabled = config.presence_interval > 0
        self._timeout = config.redis_timeout or None  # of `close`, in seconds
        self._users = users
        self._on_user_left = on_user_left
        self._left: dict[int, int] = {}  # users who left this process, and when: not stored yet
        self._stored_all_at = monotonic()

    def user_left(self, user_id: int) -> None:
        """Notes that a user's last socket in this process has ended."""
        if self._enabled:
            self._left[user_id] = int(time())
            self._on_user_left()

    async def store(self) -> None:
        """Stores when users left, and every `ALL_INTERVAL` seconds that all others are online. Raises REDIS_ERRORS."""
        due = monotonic() - self._stored_all_at >= ALL_INTERVAL
        await self._store(self._users() if due else ())
        if due:
            self._stored_all_at = monotonic()

    async def _store(self, online: Sequence[int]) -> None:
        now = int(time())
        stored = self._left | dict.fromkeys(online, now)
        entries = list(stored.items())
        for start in range(0, len(entries), MAX_USERS):
            part = {str(user_id): at for user_id, at in entries[start : start + MAX_USERS]}
            await self._redis.zadd(self._key, part, gt=True)
        self._left = {user_id: at for user_id, at in self._left.items() if at > stored.get(user_id, 0)}
        if online:
            await self._redis.zremrangebyscore(self._key, "-inf", now - KEEP)

    async def close(self) -> None:
        """Stores that the users of this process were online until now, before the process ends."""
        if self._enabled:
            with contextlib.suppress(*REDIS_ERRORS):
                async with asyncio.timeout(self._timeout):
                    await self._store(self._users())
