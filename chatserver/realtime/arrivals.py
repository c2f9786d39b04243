"""Which numbers of a thread have arrived at its users, so that a poll finds those that have not."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

MAX_LOST = 200  # numbers of one thread in one poll; an open chat finds the rest by the gap

Key = tuple[int, int]  # (user, thread)


class Recent(NamedTuple):
    """A thread in which something was stored, as one of its participants: the last number and the first new one.

    `first` is None if it is no longer known; the user may see nothing before `from_`.
    """

    user_id: int
    thread_id: int
    last: int
    first: int | None
    from_: int = 1


class Arrivals:
    """The numbers that events brought: of messages, or of changes.

    A poll is `begin`, a query, `lost`, and once that is delivered `end`. The next poll makes up for a failed one.
    What has not arrived may still do so during `wait` before it counts as lost.
    """

    def __init__(self, wait: Callable[[], Awaitable[None]]) -> None:
        self._wait = wait
        self._complete_to: dict[Key, int] = {}  # complete up to this number at the last poll
        self._polled_to: dict[Key, int] = {}  # the same for the present poll
        self._before: defaultdict[Key, set[int]] = defaultdict(set)  # arrived before that
        self._arrived: defaultdict[Key, set[int]] = defaultdict(set)  # and since

    def note(self, user_id: int, thread_id: int, number: int) -> None:
        """Notes a number whose event arrived."""
        self._arrived[user_id, thread_id].add(number)

    def begin(self) -> None:
        """Begins a poll: what arrives from now on may have been stored after its query."""
        for key, numbers in self._arrived.items():
            self._before[key] |= numbers
        self._arrived.clear()

    async def lost(self, recent: Iterable[Recent]) -> dict[Key, set[int]]:
        """Returns the numbers that should have arrived and did not, at most the newest `MAX_LOST` of a thread."""
        lost: dict[Key, set[int]] = {}
        self._polled_to = {}
        for user_id, thread_id, last, first, from_ in recent:
            key = (user_id, thread_id)
            start = max(self._complete_to.get(key, (first or last + 1) - 1), from_ - 1, last - MAX_LOST)
            missing = set(range(start + 1, last + 1)) - self._before[key]
            if missing:
                lost[key] = missing
            self._polled_to[key] = last
        if lost:
            await self._wait()
        still = {key: numbers - self._arrived.get(key, set()) for key, numbers in lost.items()}
        return {key: numbers for key, numbers in still.items() if numbers}

    def end(self) -> None:
        """Ends a poll whose lost numbers were delivered."""
        self._complete_to = self._polled_to
        later = {
            key: {number for number in self._before[key] if number > last} for key, last in self._polled_to.items()
        }
        self._before = defaultdict(set, {key: numbers for key, numbers in later.items() if numbers})


def before_first(lost: dict[Key, set[int]]) -> dict[int, int]:
    """Returns for each thread the number before the first one that any of its users lacks."""
    after: dict[int, int] = {}
    for (_, thread_id), numbers in lost.items():
        after[thread_id] = min(after.get(thread_id, min(numbers)), min(numbers) - 1)
    return after
