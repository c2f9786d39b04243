"""When an event that was not accepted is tried again."""

import random

PAUSES = (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)  # seconds; the last one repeats
GIVE_UP = 120 * 3600  # seconds after the first try


def pause(tries: int, retry_after: float) -> float:
    """Returns the seconds until the next try, after `tries` of them: somewhat spread, and no earlier than asked for."""
    planned = PAUSES[min(tries, len(PAUSES)) - 1]
    return max(planned * random.uniform(0.9, 1.1), retry_after)  # noqa: S311  # to spread, not to hide
