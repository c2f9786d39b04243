"""Presence: polls Redis for the users that open chats watch; connects and disconnects are not published."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic, time

from redis.asyncio import Redis

from chatserver.accounts.privacy import hidden_key
from chatserver.bus.client import REDIS_ERRORS
from chatserver.config.settings import Config
from chatserver.conversations.messages import as_time
from chatserver.frames import encode
from chatserver.realtime.mailbox import Mailbox, PresenceChanged

log = logging.getLogger(__name__)

SOON = 0.2  # seconds between polls at least
NOTE_INTERVAL = 60.0  # seconds between notes of the users online here: a process that dies loses at most this much
KEEP = 30 * 86400  # seconds; after that the time when a user was last online is forgotten
MAX_PEOPLE = 1000  # in one script: Redis does nothing else meanwhile
ONLINE = 0
# For each of the users in ARGV[2]: ONLINE, the unix second when they were last online, or -1 when that is private.
# A user's channel has a subscriber while they are online. One string: names and lists cost Python four times as much.
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


class Watched:
    """A user whom open chats watch, and the last frame that each watching mailbox got."""

    __slots__ = ("frame", "missed", "state", "told")

    def __init__(self) -> None:
        self.state: int | None = None  # as FIND answers; None: not known yet
        self.frame: str | None = None  # the frame for this state
        self.missed = False  # the last poll found the user offline
        self.told: dict[Mailbox, str | None] = {}


class Presence:
    """Polls every `presence_interval` seconds, and soon for newly watched users. `users` returns the users here.

    However many users connect and disconnect, a process sends no more queries; a mailbox holds at most one item of it.
    """

    def __init__(self, redis: Redis, config: Config, users: Callable[[], Sequence[int]]) -> None:
        self._redis = redis
        self._channel = f"{config.redis_prefix}user:"
        self._key = f"{config.redis_prefix}last_online"
        self._hidden = hidden_key(config)
        self._interval = config.presence_interval
        self._max_people = config.presence_people
        self._timeout = config.redis_timeout or None  # of `close`, in seconds
        self._users = users
        self._threads: dict[Mailbox, dict[int, Sequence[int]]] = {}  # open threads, and users to watch in each
        self._watched: dict[int, Watched] = {}
        self._unknown: set[int] = set()  # watched since the last poll
        self._left: dict[int, int] = {}  # users who left this process, and when: not noted in Redis yet
        self._noted_at = monotonic()
        self._has_news: set[Mailbox] = set()
        self._wake = asyncio.Event()
        self._failing = False

    # -- watching: without I/O ----------------------------------------------------------------------------------------

    def watch(self, mailbox: Mailbox, thread_id: int, people: Sequence[int]) -> None:
        """Reports the users of an open thread to this mailbox from now on, unless they are too many."""
        self.unwatch(mailbox, thread_id)
        if not self._interval or not people or 0 < self._max_people < len(people):
            return
        self._threads.setdefault(mailbox, {})[thread_id] = people
        for user_id in people:
            if user_id not in self._watched:
                self._watched[user_id] = Watched()
                self._unknown.add(user_id)
                self._wake.set()
            self._watched[user_id].told[mailbox] = None

    def unwatch(self, mailbox: Mailbox, thread_id: int) -> None:
        """Stops reporting a thread's users to this mailbox, except users of its other open threads."""
        threads = self._threads.get(mailbox, {})
        people = threads.pop(thread_id, ())
        for user_id in set(people).difference(*threads.values()):
            self._leave(mailbox, user_id)
        if not threads:
            self._threads.pop(mailbox, None)

    def _leave(self, mailbox: Mailbox, user_id: int) -> None:
        told = self._watched[user_id].told
        del told[mailbox]
        if not told:
            del self._watched[user_id]

    def hide(self, mailbox: Mailbox, user_id: int) -> bool:
        """Stops reporting a user to this mailbox. Returns whether the mailbox had got a frame about them."""
        threads = self._threads.get(mailbox, {})
        watched = [thread_id for thread_id, people in threads.items() if user_id in people]
        if not watched:
            return False
        for thread_id in watched:
            threads[thread_id] = tuple(person for person in threads[thread_id] if person != user_id)
        self._leave(mailbox, user_id)
        return True

    def forget(self, mailbox: Mailbox) -> None:
        """Forgets the mailbox of a socket that has ended."""
        for thread_id in list(self._threads.get(mailbox, ())):
            self.unwatch(mailbox, thread_id)
        self._has_news.discard(mailbox)

    def frames_for(self, mailbox: Mailbox) -> list[str]:
        """Returns the frames that this mailbox has not had; a user who changed twice meanwhile has one."""
        self._has_news.discard(mailbox)
        frames = []
        for user_id in set().union(*self._threads.get(mailbox, {}).values()):
            watched = self._watched[user_id]
            if watched.frame is not None and watched.frame != watched.told[mailbox]:
                watched.told[mailbox] = watched.frame
                frames.append(watched.frame)
        return frames

    def left(self, user_id: int) -> None:
        """Notes that a user's last socket in this process has ended."""
        if self._interval:
            self._left[user_id] = int(time())
            self._wake.set()

    # -- polling ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Polls until cancelled: newly watched users soon, all of them every `presence_interval` seconds."""
        look_at = 0.0
        while self._interval:
            self._wake.clear()
            asked, self._unknown = self._unknown, set()
            if monotonic() >= look_at:
                look_at = monotonic() + self._interval
                asked = set(self._watched)
            await self._look(asked)
            await asyncio.sleep(min(SOON, self._interval))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(look_at - monotonic()):
                    await self._wake.wait()

    async def _look(self, asked: set[int]) -> None:
        """Polls once. While Redis is unavailable no user's state changes."""
        try:
            note_all = monotonic() - self._noted_at >= NOTE_INTERVAL
            await self._note(self._users() if note_all else ())
            if note_all:
                self._noted_at = monotonic()
            await self._find(list(asked))
            self._failing = False
        except REDIS_ERRORS as error:
            if not self._failing:
                log.warning("cannot read from Redis which users are online: %s", str(error) or type(error).__name__)
            self._failing = True
            for watched in self._watched.values():
                watched.missed = False  # a poll from before the outage must not count towards "offline"

    async def _note(self, present: Sequence[int]) -> None:
        """Stores in Redis when users were last online: those who left, and `present` now."""
        now = int(time())
        noted = self._left | dict.fromkeys(present, now)
        entries = list(noted.items())
        for start in range(0, len(entries), MAX_PEOPLE):
            part = {str(user_id): at for user_id, at in entries[start : start + MAX_PEOPLE]}
            await self._redis.zadd(self._key, part, gt=True)
        self._left = {user_id: at for user_id, at in self._left.items() if at > noted.get(user_id, 0)}
        if present:
            await self._redis.zremrangebyscore(self._key, "-inf", now - KEEP)

    async def _find(self, user_ids: list[int]) -> None:
        for start in range(0, len(user_ids), MAX_PEOPLE):
            part = user_ids[start : start + MAX_PEOPLE]
            found = await self._redis.eval(FIND, 2, self._key, self._hidden, self._channel, " ".join(map(str, part)))
            for user_id, state in zip(part, found.split(), strict=True):
                if watched := self._watched.get(user_id):
                    self._found(user_id, watched, int(state))

    def _found(self, user_id: int, watched: Watched, state: int) -> None:
        """Takes over a polled state. Two polls in a row must say "offline": the user may be loading a page."""
        doubtful = watched.state == ONLINE or state > time() - 2 * self._interval
        if state != ONLINE and doubtful and not watched.missed:
            watched.missed = True
            return
        watched.missed = state != ONLINE
        if state != watched.state:
            watched.state, watched.frame = state, _frame(user_id, state)
            for mailbox in watched.told.keys() - self._has_news:
                self._has_news.add(mailbox)
                mailbox.put(PresenceChanged())

    async def close(self) -> None:
        """Stores when the users of this process were last online, before the process ends."""
        if self._interval:
            with contextlib.suppress(*REDIS_ERRORS):
                async with asyncio.timeout(self._timeout):
                    await self._note(self._users())


def _frame(user_id: int, state: int) -> str:
    frame: dict[str, object] = {"type": "presence", "user": user_id, "online": state == ONLINE}
    if state > 0:
        frame["at"] = as_time(datetime.fromtimestamp(state, UTC))
    return encode(frame)
