"""The index of each user's sessions, to list and end them: a sorted set of session keys per user in Redis."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from time import time
from typing import Any, NamedTuple

from redis.asyncio import Redis

from chatserver.bus.client import redis_deadline
from chatserver.config.settings import Config

MAX_SESSIONS = 100  # per user; beyond, the oldest session ends
# Stores the session KEYS[1] = ARGV[1], for ARGV[2] seconds if given, and adds it at time ARGV[3] to the set KEYS[2],
# which expires after ARGV[4] seconds. Over ARGV[5] sessions, drops expired ones, then ends the oldest and returns them.
BEGIN = """\
redis.call('SET', KEYS[1], ARGV[1])
if ARGV[2] ~= '' then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
redis.call('ZADD', KEYS[2], ARGV[3], KEYS[1])
if ARGV[4] ~= '' then redis.call('EXPIRE', KEYS[2], ARGV[4]) end
local ended, most = {}, tonumber(ARGV[5])
if redis.call('ZCARD', KEYS[2]) > most then
  for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    if redis.call('EXISTS', key) == 0 then redis.call('ZREM', KEYS[2], key) end
  end
end
while redis.call('ZCARD', KEYS[2]) > most do
  ended[#ended + 1] = redis.call('ZPOPMIN', KEYS[2])[1]
  redis.call('DEL', ended[#ended])
end
return ended"""
# Ends all sessions of the set KEYS[1] except ARGV[1]; returns their keys.
END_OTHERS = """\
local ended = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if key ~= ARGV[1] then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], key)
    ended[#ended + 1] = key
  end
end
return ended"""


class SessionInfo(NamedTuple):
    """A session as shown to its user. `id` names it in forms; `used_at` is None if sessions have no idle timeout."""

    id: str
    key: str
    browser: str
    began_at: datetime
    used_at: datetime | None
    here: bool


class SessionIndex:
    """Stores sessions and lists or ends those of a user. Every method raises Unavailable if Redis is down."""

    def __init__(self, redis: Redis, config: Config) -> None:
        self._redis = redis
        self._prefix = f"{config.redis_prefix}sessions:"
        self._timeout = config.redis_timeout
        self._idle = int(config.session_idle) or None
        self._lifetime = int(config.session_lifetime) or None

    async def begin(self, user_id: int, key: str, data: str) -> list[str]:
        """Stores a session; returns the keys of older sessions that ended to make room for it."""
        async with redis_deadline(self._timeout):
            ended = await self._redis.eval(
                BEGIN, 2, key, self._set(user_id), data, self._idle or "", time(), self._lifetime or "", MAX_SESSIONS
            )
        return [key.decode() for key in ended]

    async def all_of(self, user_id: int, own_key: str) -> list[SessionInfo]:
        """Returns the live sessions of a user, newest first; `own_key` is the current browser's."""
        async with redis_deadline(self._timeout):
            found: Any = await self._redis.zrevrange(self._set(user_id), 0, -1)
            keys = [key.decode() for key in found]
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.get(key)
                    pipeline.ttl(key)
                answers = await pipeline.execute()
        rows = zip(keys, answers[::2], answers[1::2], strict=True)
        return [self._info(key, json.loads(raw), left, key == own_key) for key, raw, left in rows if raw]

    def _info(self, key: str, data: dict[str, dict[str, str | int]], seconds_left: int, here: bool) -> SessionInfo:
        """Derives the time of last use from the seconds that the key has left to live."""
        session = data["session"]
        used_at = datetime.fromtimestamp(time() - self._idle + seconds_left, UTC) if self._idle else None
        began_at = datetime.fromtimestamp(int(session["began"]), UTC)
        return SessionInfo(key.rpartition(":")[2][:16], key, str(session.get("browser", "")), began_at, used_at, here)

    async def end(self, user_id: int, keys: Collection[str]) -> None:
        """Ends these sessions of a user."""
        if keys:
            async with redis_deadline(self._timeout), self._redis.pipeline() as pipeline:
                pipeline.delete(*keys)
                pipeline.zrem(self._set(user_id), *keys)
                await pipeline.execute()

    async def end_others(self, user_id: int, own_key: str = "") -> list[str]:
        """Ends all sessions except `own_key` (by default all); returns their keys, which identify their sockets."""
        async with redis_deadline(self._timeout):
            ended = await self._redis.eval(END_OTHERS, 1, self._set(user_id), own_key)
        return [key.decode() for key in ended]

    def _set(self, user_id: int) -> str:
        return f"{self._prefix}{user_id}"
