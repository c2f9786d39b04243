"""Polls Redis for the users that open threads show; connects and disconnects are not published."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from time import monotonic, time

from redis.asyncio import Redis

from chatserver.accounts.privacy import hidden_key
from chatserver.bus.client import REDIS_ERRORS
from chatserver.config.settings import Config
from chatserver.realtime.presence.last_online import LastOnline, last_online_key
from chatserver.realtime.presence.watchers import ONLINE, Watchers

log = logging.getLogger(__name__)

MIN_PAUSE = 0.2  # seconds between polls
MAX_USERS = 1000  # in one script: Redis does nothing else meanwhile
# The state of each of the users in ARGV[2], as WatchedUser has it. A user's channel has a subscriber while they are
# online. One string: names and lists cost Python four times as much.
FIND = """\
local ids, channels = {}, {}
for id in string.gmatch(ARGV[2], '%d+') do
  ids[#ids + 1], channels[#channels + 1] = id, ARGV[1] .. id
end
local subscribers = redis.call('PUBSUB', 'NUMSUB', unpack(channels))
local times = redis.call('ZMSCORE', KEYS[1], unpack(ids))
local hidden = redis.call('SMISMEMBER', KEYS[2], unpack(ids))
local found = {}
for place = 1, #ids do
  found[place] = hidden[place] == 1 and -1 or subscribers[2 * place] > 0 and 0 or times[place] or -1
end
return table.concat(found, ' ')"""


class PresencePoller:
    """Polls every `presence_interval` seconds, and soon for newly watched users. `users` returns the users here.

    However many users connect and disconnect, a process sends no more queries.
    """

    def __init__(self, redis: Redis, config: Config, users: Callable[[], Sequence[int]]) -> None:
        self._redis = redis
        self._channel = f"{config.redis_prefix}user:"
        self._keys = last_online_key(config), hidden_key(config)
        self._interval = config.presence_interval
        self._wake = asyncio.Event()
        self._failing = False
        self.watchers = Watchers(config, self._wake.set)
        self.last_online = LastOnline(redis, config, users, self._wake.set)

    async def run(self) -> None:
        """Polls until cancelled: newly watched users soon, all of them every `presence_interval` seconds."""
        poll_all_at = 0.0
        while self._interval:
            self._wake.clear()
            user_ids, self.watchers.new_users = self.watchers.new_users, set()
            if monotonic() >= poll_all_at:
                poll_all_at = monotonic() + self._interval
                user_ids = set(self.watchers.users)
            await self._poll(list(user_ids))
            await asyncio.sleep(min(MIN_PAUSE, self._interval))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(poll_all_at - monotonic()):
                    await self._wake.wait()

    async def _poll(self, user_ids: list[int]) -> None:
        """Polls once. While Redis is unavailable no user's state changes."""
        try:
            await self.last_online.store()
            for start in range(0, len(user_ids), MAX_USERS):
                await self._find(user_ids[start : start + MAX_USERS])
            self._failing = False
        except REDIS_ERRORS as error:
            if not self._failing:
                log.warning("cannot read from Redis which users are online: %s", str(error) or type(error).__name__)
            self._failing = True
            for user in self.watchers.users.values():
                user.seemed_offline = False  # a poll from before the outage must not count towards "offline"

    async def _find(self, user_ids: list[int]) -> None:
        found = await self._redis.eval(FIND, 2, *self._keys, self._channel, " ".join(map(str, user_ids)))
        for user_id, state in zip(user_ids, found.split(), strict=True):
            if user_id in self.watchers.users:
                self._apply(user_id, int(state))

    def _apply(self, user_id: int, state: int) -> None:
        """Applies a polled state. Two polls in a row must find a user offline: they may be loading a page."""
        user = self.watchers.users[user_id]
        doubtful = user.state == ONLINE or state > time() - 2 * self._interval
        if state != ONLINE and doubtful and not user.seemed_offline:
            user.seemed_offline = True
            return
        user.seemed_offline = state != ONLINE
        self.watchers.set_state(user_id, state)
