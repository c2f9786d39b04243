"""People who talk at a rate fixed in advance (open loop), or as fast as answers arrive (closed loop)."""

import asyncio
import contextlib
import gc
import os
import random
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.ledger import NEVER, Ledger
from bench.pacer import WARM_UP, moments, now, pace
from bench.processes import Group, cpu, cpu_since
from bench.screen import Screen
from bench.stage import Seat, Threads

PATIENCE = 10.0  # seconds for the last messages to arrive
AT_ONCE = 100  # sockets being opened
Act = tuple[float, Callable[[Screen, float], None], Screen]  # when it is due, what to do, on which screen
TYPING = 2  # frames for each message: a page sends one every 3 s while its user types


@dataclass
class Talk:
    """The result, in seconds; the CPU is that of the measured time, `own` that of the load generator."""

    seconds: float = 0
    sent: int = 0
    acknowledged: int = 0
    delivered: int = 0  # within the measured time: acknowledged, and on all the others' screens
    delays: list[float] = field(default_factory=list)  # from the due moment to the last of the others' screens
    answers: list[float] = field(default_factory=list)  # from the due moment to the acknowledgement
    lags: list[float] = field(default_factory=list)  # from the due moment to sending: delays of the load generator
    cpu: dict[str, float] = field(default_factory=dict)
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    errors: int = 0

    @property
    def rate(self) -> float:
        return self.delivered / self.seconds

    def cpu_each(self, *names: str) -> float:
        """Returns µs of CPU for each delivered message, of these processes or of all but the load generator."""
        chosen = names or [name for name in self.cpu if name != "own"]
        return sum(self.cpu.get(name, 0) for name in chosen) / max(self.delivered, 1) * 1e6


class Meter(NamedTuple):
    """The beginning of the measured time."""

    group: Group
    start: float
    cpu: dict[str, float]
    settled: int

    @classmethod
    def begin(cls, group: Group, ledger: Ledger) -> "Meter":
        group = {**group, "own": os.getpid()}
        return cls(group, now(), cpu(group), ledger.settled)

    def end(self, ledger: Ledger) -> Talk:
        return Talk(now() - self.start, delivered=ledger.settled - self.settled, cpu=cpu_since(self.cpu, self.group))


async def open_loop(
    threads: Threads,
    group: Group,
    *,
    durable: bool,
    rate: float,
    seconds: float,
    as_people: bool = False,
    reacts: float = 0,
    edits: float = 0,
) -> Talk:
    """Sends `rate` messages a second from random users, whether or not earlier ones were answered.

    With `as_people` they also type and mark messages as read, and their texts have various sizes; otherwise there are
    only messages of one size. `reacts` and `edits` are the shares of additional changes by each thread's first person.
    """
    ledger = Ledger(len(threads[0]) - 1, durable=durable, as_people=as_people)
    screens = await sit_down([seat for thread in threads for seat in thread], ledger)
    chance = random.Random(2)
    start = now() + 0.1
    acts: list[Act] = [
        (start + moment, ledger.send, chance.choice(screens)) for moment in moments(rate, WARM_UP + seconds)
    ]
    if as_people:
        typing = moments(TYPING * rate, WARM_UP + seconds, seed=5)
        acts += [(start + moment, type_something, chance.choice(screens)) for moment in typing]
    firsts = screens[:: len(threads[0])]
    for change, share, seed in ((ledger.react, reacts, 6), (ledger.edit, edits, 7)):
        if share:
            changes = moments(share * rate, WARM_UP + seconds, seed=seed)
            acts += [(start + moment, change, chance.choice(firsts)) for moment in changes]
    acts.sort(key=lambda act: act[0])
    times = [due for due, _, _ in acts]
    pacing = asyncio.create_task(pace(times, lambda i: acts[i][1](acts[i][2], times[i])))
    await asyncio.sleep(start + WARM_UP - now())
    meter = Meter.begin(group, ledger)
    await pacing
    talk = meter.end(ledger)
    return await finish(talk, ledger, screens, measured_from=start + WARM_UP)


def type_something(screen: Screen, _due: float) -> None:
    if screen.connected:
        screen.send(f'{{"type":"typing","thread":{screen.seat.thread}}}')


async def closed_loop(
    threads: Threads, group: Group, *, durable: bool, in_flight: int, seconds: float, act: str = "send"
) -> Talk:
    """The first person of each thread always has `in_flight` messages, edits or reactions in flight."""
    open_until = now() + 3600

    def go_on(screen: Screen) -> None:
        if now() < open_until:
            begin(screen, now())

    ledger = Ledger(len(threads[0]) - 1, durable=durable, on_settled=go_on)
    screens = await sit_down([seat for thread in threads for seat in thread], ledger)
    begin: Callable[[Screen, float], None] = getattr(ledger, act)
    for first in screens[:: len(threads[0])]:
        for _ in range(in_flight):
            begin(first, now())
    await asyncio.sleep(WARM_UP)
    meter = Meter.begin(group, ledger)
    await asyncio.sleep(seconds)
    talk = meter.end(ledger)
    open_until = 0
    return await finish(talk, ledger, screens, measured_from=meter.start)


async def sit_down(seats: list[Seat], ledger: Ledger) -> list[Screen]:
    """Opens all chats, and then turns the garbage collector off."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(seat: Seat) -> Screen:
        async with gate:
            return await Screen.open(seat, ledger.on_frame)

    screens = await asyncio.gather(*map(one, seats))
    gc.collect()
    gc.disable()
    return screens


async def finish(talk: Talk, ledger: Ledger, screens: list[Screen], measured_from: float) -> Talk:
    """Waits for all that is in flight, and counts what is missing."""
    with contextlib.suppress(TimeoutError):
        await ledger.all_settled()
    await asyncio.sleep(0.1)  # duplicates would arrive late
    measured = [number for number, due in enumerate(ledger.due) if due >= measured_from]
    talk.sent = len(ledger.due)
    talk.acknowledged = sum(moment != NEVER for moment in ledger.answered)
    talk.delays = since(ledger.arrived, ledger.due, measured)
    talk.answers = since(ledger.answered, ledger.due, measured)
    talk.lags = since(ledger.left, ledger.due, measured)
    talk.lost, talk.errors = ledger.lost, ledger.errors
    talk.doubled = sum(screen.doubled for screen in screens)
    talk.disordered = sum(screen.disordered for screen in screens)
    for screen in screens:
        screen.cut()
    return talk


def since(moments: "array[float]", start: "array[float]", numbers: list[int]) -> list[float]:
    return [moments[number] - start[number] for number in numbers if moments[number] != NEVER]
