"""The index of each user's sessions, to list and end them: a sorted set of session keys per user in Redis."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from time import time
from typing import Any, NamedTuple

from redis.asyncio import Redis

from chatserver.accounts.session_scripts import BEGIN, BEGIN_BY_TOKEN, END_OTHERS, RENAME
from chatserver.bus.client import redis_deadline
from chatserver.config.settings import Config

MAX_SESSIONS = 100  # per user; beyond, the oldest session ends
TOKEN_LIFE = 330  # seconds, with leeway: a token of another site from before that is refused anyway


class SessionByToken(NamedTuple):
    """A session to begin by a token of another site, with its key and data.

    `ended_at`: the last end of the user's sessions that the sign-in has read; `renews`: the session exists already.
    `token_id` identifies the token for `seconds`, 0 = it is marked as used already. `former`: the user and the key of
    another session of this browser, which ends.
    """

    user_id: int
    key: str
    data: str
    ended_at: int
    token_id: str
    seconds: int
    renews: bool = False
    former: tuple[int, str] | None = None


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
        self._ended_prefix = f"{config.redis_prefix}ended:"
        self._token_prefix = f"{config.redis_prefix}token:"
        self._timeout = config.redis_timeout
        self._idle = int(config.session_idle) or None
        self._session_lifetime = config.session_lifetime
        self._token_lifetime = config.sso_session
        self._tokens_only = bool(config.sso_only)
        lifetimes = [int(config.session_lifetime), *([int(config.sso_session)] if config.sso_keys else [])]
        self._lifetime = max(lifetimes) if all(lifetimes) else None

    async def begin(self, user_id: int, key: str, data: str) -> list[str]:
        """Stores a session; returns the keys of older sessions that ended to make room for it."""
        async with redis_deadline(self._timeout):
            ended = await self._redis.eval(
                BEGIN, 2, key, self._set(user_id), data, self._idle or "", time(), self._lifetime or "", MAX_SESSIONS
            )
        return [key.decode() for key in ended]

    async def begin_by_token(self, new: SessionByToken) -> list[str] | str:
        """Stores a session, or renews it, and marks its token as used; returns what `begin` does.

        If nothing was done, returns why: `used`, `ended` (since `ended_at` was read) or `gone` (to be renewed).
        """
        keys = [new.key, self._set(new.user_id), self._ended(new.user_id), self._token_prefix + new.token_id]
        if new.former is not None:
            keys += [new.former[1], self._set(new.former[0])]
        values = [new.data, self._idle or "", time(), self._lifetime or "", MAX_SESSIONS, new.ended_at]
        values += [new.seconds or "", "renew" if new.renews else ""]
        async with redis_deadline(self._timeout):
            ended = await self._redis.eval(BEGIN_BY_TOKEN, len(keys), *keys, *values)
        return ended.decode() if isinstance(ended, bytes) else [key.decode() for key in ended]

    async def mark_token(self, token_id: str, seconds: int) -> bool:
        """Marks a token as used for `seconds`; tells whether it was not."""
        async with redis_deadline(self._timeout):
            return await self._redis.set(self._token_prefix + token_id, 1, nx=True, ex=seconds) is not None

    async def is_marked(self, token_id: str) -> bool:
        """Tells whether a token is marked as used."""
        async with redis_deadline(self._timeout):
            return bool(await self._redis.exists(self._token_prefix + token_id))

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

    async def living(self, keys: Collection[str]) -> set[str]:
        """Returns those of the sessions that have neither ended nor run out; extends none."""
        ordered = list(keys)
        if not ordered:
            return set()
        async with redis_deadline(self._timeout):
            found = await self._redis.mget(ordered)
        return {key for key, raw in zip(ordered, found, strict=True) if raw and self.counts(json.loads(raw)["session"])}

    def counts(self, session: Mapping[str, Any]) -> bool:
        """Tells whether a stored session counts: its lifetime may be over, or only those by tokens may count."""
        token_at = session.get("token_at")
        if token_at is not None:
            return not 0 < self._token_lifetime < time() - token_at
        return not (self._tokens_only or 0 < self._session_lifetime < time() - session["began"])

    async def end(self, user_id: int, keys: Collection[str]) -> None:
        """Ends these sessions of a user."""
        if keys:
            async with redis_deadline(self._timeout), self._redis.pipeline() as pipeline:
                pipeline.delete(*keys)
                pipeline.zrem(self._set(user_id), *keys)
                await pipeline.execute()

    async def end_others(self, user_id: int, own_key: str = "", ended_at: int = 0) -> list[str]:
        """Ends all sessions except `own_key` (by default all); returns their keys, which identify their sockets."""
        keys = self._set(user_id), self._ended(user_id)
        async with redis_deadline(self._timeout):
            ended = await self._redis.eval(END_OTHERS, 2, *keys, own_key, ended_at, TOKEN_LIFE)
        return [key.decode() for key in ended]

    async def users(self) -> set[int]:
        """Returns the ids of all users who have sessions."""
        async with redis_deadline(self._timeout):
            return {int(key.rpartition(b":")[2]) async for key in self._redis.scan_iter(f"{self._prefix}*", count=1000)}

    async def rename(self, names: Mapping[int, tuple[str, str | None]]) -> None:
        """Writes names and full names into the sessions of these users, which carry them."""
        if names:
            flat = [text or "" for pair in names.values() for text in pair]
            async with redis_deadline(self._timeout):
                await self._redis.eval(RENAME, len(names), *map(self._set, names), *flat)

    def _ended(self, user_id: int) -> str:
        """Returns the key of the time when all sessions of a user were last ended."""
        return f"{self._ended_prefix}{user_id}"

    def _set(self, user_id: int) -> str:
        return f"{self._prefix}{user_id}"
