"""Limits that hold across processes and servers: counted in Redis over a moving window, by the library `limits`.

https://limits.readthedocs.io/en/stable/strategies.html#moving-window
"""

import math
from time import time

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis

from chatserver.accounts.accounts import User
from chatserver.accounts.names import typed_key
from chatserver.bus.client import redis_deadline
from chatserver.config.settings import Config
from chatserver.errors import ChatError

MINUTE, HOUR = 60, 3600  # seconds


class LoginLimits:
    """What somebody may try so and so often. Each of these raises Unavailable when Redis does not answer: then nobody
    gets in who could not be counted.
    """

    def __init__(self, redis: Redis, config: Config) -> None:
        storage = RedisStorage(
            "async+redis://",  # not used, since the pool is given
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # as documented
            key_prefix=f"{config.redis_prefix}limit",
        )
        self._windows = MovingWindowRateLimiter(storage)
        self._storage = storage
        self._timeout = config.redis_timeout
        window = int(config.sign_in_window) or 1
        self._tries = _limit(config.sign_in_tries, window, "sign-in")
        self._tries_from_address = _limit(config.sign_in_tries_per_address, window, "sign-in-from")
        self._sign_ups = _limit(config.sign_ups_per_address, HOUR, "sign-up-from")
        self._questions = _limit(config.people_a_minute, MINUTE, "people")

    async def sign_in(self, name: str, network: str, device: str) -> str:
        """One more password for a name, from a `network`; returns what `succeeded` forgets.

        A known `device` has tries of its own, so that nobody is locked out there by what others try elsewhere (OWASP,
        Slow Down Online Guessing Attacks with Device Cookies). Raises ChatError `too_many_tries`.
        """
        key = typed_key(name)
        if device and await self._take(self._tries, key, device):
            return device
        if self._tries_from_address and not await self._has_room(self._tries_from_address, network):
            await self._refuse("too_many_tries", self._tries_from_address, network)
        if not await self._take(self._tries, key, ""):
            assert self._tries is not None
            await self._refuse("too_many_tries", self._tries, key, "")
        return ""

    async def failed(self, network: str) -> None:
        """It was a wrong one. Counted only now, so that a few more may be tried that come at the same moment."""
        await self._take(self._tries_from_address, network)

    async def succeeded(self, name: str, device: str) -> None:
        """It was the right one: the name's tries begin anew."""
        if self._tries:
            async with redis_deadline(self._timeout):
                await self._windows.clear(self._tries, typed_key(name), device)

    async def current_password(self, session_key: str) -> None:
        """One more try of somebody signed in to say their password again: in this browser, so that a stolen session
        keeps nobody from changing it in another. Raises ChatError `too_many_tries`."""
        if self._tries and not await self._take(self._tries, "session", session_key):
            await self._refuse("too_many_tries", self._tries, "session", session_key)

    async def said_current_password(self, session_key: str) -> None:
        if self._tries:
            async with redis_deadline(self._timeout):
                await self._windows.clear(self._tries, "session", session_key)

    async def sign_up(self, network: str) -> None:
        """One more account. Raises ChatError `too_many_accounts`."""
        if self._sign_ups and not await self._take(self._sign_ups, network):
            await self._refuse("too_many_accounts", self._sign_ups, network)

    async def ask_for_people(self, user: User) -> None:
        """One more beginning of a name to be completed. Raises ChatError `too_many`."""
        if self._questions and not await self._take(self._questions, str(user.id)):
            await self._refuse("too_many", self._questions, str(user.id))

    async def _take(self, limit: RateLimitItem | None, *who: str) -> bool:
        if limit is None:
            return True
        async with redis_deadline(self._timeout):
            return await self._windows.hit(limit, *who)

    async def _has_room(self, limit: RateLimitItem, *who: str) -> bool:
        async with redis_deadline(self._timeout):
            return await self._windows.test(limit, *who)

    async def _refuse(self, code: str, limit: RateLimitItem, *who: str) -> None:
        async with redis_deadline(self._timeout):
            frees_at, _ = await self._windows.get_window_stats(limit, *who)
        seconds = max(1, math.ceil(frees_at - time()))
        raise ChatError(code, retry_after=seconds, minutes=math.ceil(seconds / MINUTE))


def _limit(number: int, seconds: int, name: str) -> RateLimitItem | None:
    """None: as often as they like."""
    return RateLimitItemPerSecond(number, seconds, namespace=name) if number else None
