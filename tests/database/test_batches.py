"""Batches: items of programs that come together share one; those of people, and lone ones, never wait."""

import asyncio

from chatserver.database.batcher import Batcher
from tests.support.people import PATIENCE

PROGRAMS = [f"program {number}" for number in range(1, 5)]
FOREVER = 1000.0  # seconds: a test in which a batch waited in vain would not end


class Storing:
    """Work that notes how many items it got at once, and takes a few turns of the loop."""

    def __init__(self, pause: float) -> None:
        self.sizes: list[int] = []
        self.batcher: Batcher[str, str] = Batcher(
            self._store, 100, 0, pause=pause, patient=lambda name: name.startswith("program")
        )

    async def _store(self, batch: list[str]) -> list[str]:
        self.sizes.append(len(batch))
        for _ in range(5):
            await asyncio.sleep(0)
        return batch

    async def sends(self, name: str, times: int) -> None:
        """Sends one message after another, each once the last is stored."""
        for _ in range(times):
            assert await self.batcher.submit(name) == name

    async def sends_during_a_batch(self, name: str, times: int) -> None:
        while not self.sizes:
            await asyncio.sleep(0)
        await self.sends(name, times)

    async def all_talk(self, *names: str) -> None:
        """Each sends six messages, the others from the first one's first on."""
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            group.create_task(self.sends(names[0], 6))
            for name in names[1:]:
                group.create_task(self.sends_during_a_batch(name, 6))


async def test_programs_that_were_answered_one_after_the_other_come_to_share_a_batch() -> None:
    storing = Storing(FOREVER)
    await storing.all_talk(*PROGRAMS)
    assert storing.sizes == [1, 3, 4, 4, 4, 4, 4]


async def test_people_do_not_wait_for_each_other() -> None:
    storing = Storing(FOREVER)
    await storing.all_talk("Ana", "Ben", "Cleo", "Dan")
    assert storing.sizes == [1, 3] * 6


async def test_without_a_pause_a_batch_leaves_at_once() -> None:
    storing = Storing(0)
    await storing.all_talk(*PROGRAMS)
    assert storing.sizes == [1, 3] * 6


async def test_a_lone_sender_never_waits_for_company() -> None:
    storing = Storing(FOREVER)
    async with asyncio.timeout(PATIENCE):
        await storing.sends("program", 20)
    assert storing.sizes == [1] * 20


async def test_programs_that_stay_away_are_waited_for_no_longer_than_the_pause() -> None:
    storing = Storing(0.02)
    await storing.all_talk(*PROGRAMS)
    async with asyncio.timeout(PATIENCE):
        await storing.sends("program", 20)
    assert storing.sizes[-20:] == [1] * 20


async def test_a_person_is_not_held_up_by_a_program_that_waits() -> None:
    storing = Storing(FOREVER)
    await asyncio.gather(storing.batcher.submit("program"), storing.batcher.submit("program"))
    waits = storing.batcher.submit("program")
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await storing.sends("Ana", 20)
        await waits
    assert storing.sizes == [2, 2] + [1] * 19
