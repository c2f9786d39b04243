"""Acts at times fixed in advance, however late the last act was: an open loop, without coordinated omission."""

import asyncio
import os
import random
import threading
import time
from collections.abc import Callable, Sequence

now = time.perf_counter
WARM_UP = 1.5  # seconds that are not measured


def moments(rate: float, seconds: float, seed: int = 1) -> list[float]:
    """Returns when independent people act, `rate` times a second on average; in seconds from the start."""
    chance = random.Random(seed)  # the same in every run
    times = [chance.expovariate(rate)]
    while times[-1] < seconds:
        times.append(times[-1] + chance.expovariate(rate))
    return times[:-1]


async def pace(times: Sequence[float], act: Callable[[int], None]) -> None:
    """Calls act(i) at times[i], by the clock `now`.

    A thread keeps the time, since the event loop's timers are a millisecond late.
    """
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    event = os.eventfd(0, os.EFD_NONBLOCK)
    place = 0

    def wake() -> None:
        for moment in times:
            pause = moment - now()
            if pause > 0:
                time.sleep(pause)
            os.eventfd_write(event, 1)

    def act_on_all_due() -> None:
        nonlocal place
        os.eventfd_read(event)
        while place < len(times) and times[place] <= now():
            act(place)
            place += 1
        if place == len(times) and not done.done():
            done.set_result(None)

    loop.add_reader(event, act_on_all_due)
    thread = threading.Thread(target=wake, daemon=True)
    thread.start()
    try:
        await done
        await asyncio.to_thread(thread.join)
    finally:
        loop.remove_reader(event)
        os.close(event)
