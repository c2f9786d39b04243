"""Rate limits shared by all processes and servers: a moving window in Redis, by the library `limits`.

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
BAD_TOKENS = 60  # of another site, a minute from a network


class LoginLimits:
    """Attempt limits shared by all processes.

    Each method raises Unavailable if Redis is down: an attempt that cannot be counted is refused.
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
        self._bad_tokens = _limit(BAD_TOKENS, MINUTE, "bad-token-from")
        self._name_lookups = _limit(config.name_lookups_per_minute, MINUTE, "people")
        self._searches = _limit(config.searches_a_minute, MINUTE, "search")

    async def sign_in(self, name: str, network: str, device: str) -> str:
        """Counts a sign-in attempt for a name from a `network`; returns the device that `succeeded` must reset.

        A known `device` has a counter of its own, so that attempts elsewhere cannot lock the user out there (OWASP,
        Slow Down Online Guessing Attacks with Device Cookies). Raises ChatError `too_many_tries`.
        """
        key = typed_key(name)
        if device and await self._acquire(self._tries, key, device):
            return device
        if self._tries_from_address and not await self._has_room(self._tries_from_address, network):
            await self._refuse("too_many_tries", self._tries_from_address, network)
        if not await self._acquire(self._tries, key, ""):
            assert self._tries is not None
            await self._refuse("too_many_tries", self._tries, key, "")
        return ""

    async def failed(self, network: str) -> None:
        """Counts a wrong password for the network. Simultaneous attempts may slightly exceed the limit."""
        await self._acquire(self._tries_from_address, network)

    async def succeeded(self, name: str, device: str) -> None:
        """Resets the name's counter after a right password."""
        if self._tries:
            async with redis_deadline(self._timeout):
                await self._windows.clear(self._tries, typed_key(name), device)

    async def current_password(self, session_key: str) -> None:
        """Counts an attempt to confirm the current password. Raises ChatError `too_many_tries`.

        The counter belongs to the session: a stolen session cannot keep the user from changing the password in another.
        """
        if self._tries and not await self._acquire(self._tries, "session", session_key):
            await self._refuse("too_many_tries", self._tries, "session", session_key)

    async def current_password_confirmed(self, session_key: str) -> None:
        """Resets the session's counter after a right password."""
        if self._tries:
            async with redis_deadline(self._timeout):
                await self._windows.clear(self._tries, "session", session_key)

    async def sign_up(self, network: str) -> None:
        """Counts a new account from a network. Raises ChatError `too_many_accounts`."""
        if self._sign_ups and not await self._acquire(self._sign_ups, network):
            await self._refuse("too_many_accounts", self._sign_ups, network)

    async def bad_token(self, network: str) -> None:
        """Counts a refused token of another site. Raises ChatError `too_many`."""
        if not await self._acquire(self._bad_tokens, network):
            assert self._bad_tokens is not None
            await self._refuse("too_many", self._bad_tokens, network)

    async def name_lookup(self, user: User) -> None:
        """Counts a request to complete a name. Raises ChatError `too_many`."""
        if self._name_lookups and not await self._acquire(self._name_lookups, str(user.id)):
            await self._refuse("too_many", self._name_lookups, str(user.id))

    async def search(self, user: User) -> None:
        """Counts a search. Raises ChatError `too_many`."""
        if self._searches and not await self._acquire(self._searches, str(user.id)):
            await self._refuse("too_many", self._searches, str(user.id))

    async def _acquire(self, limit: RateLimitItem | None, *key: str) -> bool:
        if limit is None:
            return True
        async with redis_deadline(self._timeout):
            return await self._windows.hit(limit, *key)

    async def _has_room(self, limit: RateLimitItem, *key: str) -> bool:
        async with redis_deadline(self._timeout):
            return await self._windows.test(limit, *key)

    async def _refuse(self, code: str, limit: RateLimitItem, *key: str) -> None:
        async with redis_deadline(self._timeout):
            frees_at, _ = await self._windows.get_window_stats(limit, *key)
        seconds = max(1, math.ceil(frees_at - time()))
        raise ChatError(code, retry_after=seconds, minutes=math.ceil(seconds / MINUTE))


def _limit(number: int, seconds: int, name: str) -> RateLimitItem | None:
    """Returns None for 0: no limit."""
    return RateLimitItemPerSecond(number, seconds, namespace=name) if number else None
