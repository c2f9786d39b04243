"""How often someone may do something in this process: counted in memory, no I/O."""

from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from chatserver.config.settings import Config
from chatserver.errors import ChatError

MINUTE = 60  # seconds
SWEEP_FROM = 1000  # keys


class Rate:
    """`burst` times at once, and `per_second` in the long run, for each key; either 0 = no limit.

    The generic cell rate algorithm (ITU-T I.371, the virtual scheduling of a leaky bucket): all that is known of a key
    is the time at which it would be idle again. So a key costs a float, and none when that time has passed: who has
    left is forgotten. Replaces the `limits` library, which knows no burst beside a rate, and whose memory storage keeps
    the time of every use, with a lock for each key and a thread to forget them: 20 times as slow, and 3 KiB a key
    instead of 0.1.
    """

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._interval = 1 / per_second if per_second and burst else 0.0
        self._tolerance = (burst - 1) * self._interval
        self._clock = clock
        self._idle_at: dict[object, float] = {}
        self._sweep_at = SWEEP_FROM

    def acquire(self, key: object) -> float:
        """0 when it may be done, and counts as done; otherwise the seconds until it may."""
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
        """Counts it as done. Raises ChatError `too_many`."""
        wait = self.acquire(key)
        if wait:
            raise ChatError("too_many", retry_after=wait)

    def forget(self, key: object) -> None:
        """This key comes no more."""
        self._idle_at.pop(key, None)

    def __len__(self) -> int:
        """The keys that are remembered."""
        return len(self._idle_at)


class Rates(NamedTuple):
    """`refusals`: a socket refused at twice the message rate is ignoring the limit and is closed."""

    messages: Rate  # of a person
    frames: Rate  # of a socket
    refusals: Rate  # of a socket
    handshakes: Rate  # of a person


def rates_of(config: Config) -> Rates:
    messages = config.messages_per_second, config.messages_burst
    frames = config.frames_per_second, config.frames_burst
    per_second, burst = messages if all(messages) else frames
    return Rates(
        messages=Rate(*messages),
        frames=Rate(*frames),
        refusals=Rate(2 * per_second, 2 * burst),
        handshakes=Rate(config.handshakes_per_minute / MINUTE, config.handshakes_per_minute),
    )
