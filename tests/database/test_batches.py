"""Batches: items that come together share one, and a lone item never waits for company."""

import asyncio

from chatserver.database.batcher import Batcher
from tests.support.people import PATIENCE

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

    async def four_talk(self) -> None:
        """Ana sends six messages; Ben, Cleo and Dan send six each, from her first one on."""
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            group.create_task(self.sends("Ana", 6))
            for name in ("Ben", "Cleo", "Dan"):
                group.create_task(self.sends_during_a_batch(name, 6))


async def test_those_who_were_answered_one_after_the_other_come_to_share_a_batch() -> None:
    storing = Storing(FOREVER)
    await storing.four_talk()
    assert storing.sizes == [1, 3, 4, 4, 4, 4, 4]


async def test_without_a_pause_a_batch_leaves_at_once() -> None:
    storing = Storing(0)
    await storing.four_talk()
    assert storing.sizes == [1, 3] * 6


async def test_a_lone_sender_never_waits_for_company() -> None:
    storing = Storing(FOREVER)
    async with asyncio.timeout(PATIENCE):
        await storing.sends("Ana", 20)
    assert storing.sizes == [1] * 20


async def test_those_who_stay_away_are_waited_for_no_longer_than_the_pause() -> None:
    storing = Storing(0.02)
    await storing.four_talk()
    async with asyncio.timeout(PATIENCE):
        await storing.sends("Ana", 20)
    assert storing.sizes[-20:] == [1] * 20


async def two_talk(storing: Storing, *names: str) -> None:
    """Both send six messages, the second from the first one's first on."""
    first, second = names
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(storing.sends(first, 6))
        group.create_task(storing.sends_during_a_batch(second, 6))


async def test_two_people_do_not_wait_for_each_other() -> None:
    storing = Storing(FOREVER)
    await two_talk(storing, "Ana", "Ben")
    assert storing.sizes == [1] * 12


async def test_two_connections_of_a_program_come_to_share_a_batch() -> None:
    storing = Storing(0.05)
    storing.batcher.submit("program"), storing.batcher.submit("program")
    await storing.batcher.drain()
    await two_talk(storing, "program", "program")
    assert storing.sizes == [2] * 7


async def test_a_person_among_programs_is_not_held_up() -> None:
    storing = Storing(FOREVER)
    storing.batcher.submit("program"), storing.batcher.submit("program")
    await storing.batcher.drain()
    async with asyncio.timeout(PATIENCE):
        await storing.sends("Ana", 20)
    assert storing.sizes == [2] + [1] * 20
