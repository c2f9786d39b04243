"""The faults by name, and the checks that most of them share."""

from collections.abc import Awaitable, Callable

from tests.faults.checker import Report, check, settle
from tests.faults.talker import Talker
from tests.faults.world import World

Fault = Callable[[World, Report], Awaitable[None]]


FAULTS: dict[str, Fault] = {}


def fault(run: Fault) -> Fault:
    FAULTS[run.__name__.replace("_", "-")] = run
    return run


async def judge(world: World, report: Report, within: float, since: float | None = None) -> None:
    await settle(world, report, within, since)
    check(world, report)


def closes(world: World, since: float) -> list[float]:
    return [at for talker in everyone(world) for at, _ in talker.closes if at >= since]


def everyone(world: World) -> list[Talker]:
    return world.talkers + world.listeners


def delays(world: World, start: float, end: float) -> list[float]:
    """Returns the seconds to each screen of the messages that were first sent between two moments."""
    found = [
        delay
        for talker in everyone(world)
        for seen, delay in talker.delays
        if start <= seen - delay and seen - delay <= end
    ]
    return found or [0.0]
