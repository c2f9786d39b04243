"""Rate limits of this process, counted in memory. No I/O."""

from collections.abc import Callable
from math import ceil
from time import monotonic
from typing import NamedTuple

from chatserver.config.settings import Config
from chatserver.errors import ChatError

MINUTE = 60  # seconds
SWEEP_FROM = 1000  # keys


class Rate:
    """Allows each key `burst` uses at once and `per_second` in the long run; either 0 = no limit.

    The generic cell rate algorithm (ITU-T I.371, the virtual scheduling of a leaky bucket) stores one float for a key:
    the time at which the key will be idle again. An idle key is forgotten. Replaces the `limits` library, which has no
    burst beside a rate, and whose memory storage keeps the time of every use, a lock for each key and a thread that
    cleans up: it is 20 times as slow, and takes 3 KiB a key instead of 0.1.
    """

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._interval = 1 / per_second if per_second and burst else 0.0
        self._tolerance = (burst - 1) * self._interval
        self._clock = clock
        self._idle_at: dict[object, float] = {}
        self._sweep_at = SWEEP_FROM

    def acquire(self, key: object) -> float:
        """Counts a use and returns 0 if it is allowed; otherwise returns the seconds until it will be."""
        if not self._interval:
            return 0
        now = self._clock()
        idle_at = max(self._idle_at.get(key, now), now)
        if idle_at - now > self._tolerance:
            return idle_at - now - self._tolerance
        self._idle_at[key] = idle_at + self._interval
        if len(self._idle_at) >= self._sweep_at:
            self._idle_at = {key: time for key, time in self._idle_at.items() if time > now}
            self._sweep_at = max(SWEEP_FROM, 2 * len(self._idle_at))
        return 0

    def check(self, key: object) -> None:
        """Counts a use. Raises ChatError `too_many` over the limit."""
        wait = self.acquire(key)
        if wait:
            raise too_many(wait)

    def forget(self, key: object) -> None:
        """Forgets a key that will not be used again."""
        self._idle_at.pop(key, None)

    def __len__(self) -> int:
        """Returns the number of keys that are not idle."""
        return len(self._idle_at)


def too_many(wait: float) -> ChatError:
    """Returns the error for a use that is allowed in `wait` seconds, rounded up to milliseconds."""
    return ChatError("too_many", retry_after=ceil(wait * 1000) / 1000)


class Rates(NamedTuple):
    """`refusals`: a socket refused at twice the message rate is ignoring the limit and is closed."""

    messages: Rate  # of a user
    frames: Rate  # of a socket
    refusals: Rate  # of a socket
    handshakes: Rate  # of a user
    uploads: Rate  # of a user


def rates_of(config: Config) -> Rates:
    """Returns the rate limits of the settings."""
    messages = config.messages_per_second, config.messages_burst
    frames = config.frames_per_second, config.frames_burst
    per_second, burst = messages if all(messages) else frames
    return Rates(
        messages=Rate(*messages),
        frames=Rate(*frames),
        refusals=Rate(2 * per_second, 2 * burst),
        handshakes=Rate(config.handshakes_per_minute / MINUTE, config.handshakes_per_minute),
        uploads=Rate(config.uploads_a_minute / MINUTE, config.uploads_a_minute),
    )
