"""The metrics that Prometheus reads."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.parser import text_string_to_metric_families

from tests.support.people import PATIENCE

Values = dict[tuple[str, frozenset[str]], float]


async def ask(port: int) -> str:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        return await answer.text()


async def values(port: int) -> Values:
    """Returns each sample by its name and the values of its labels."""
    return {
        (sample.name.removeprefix("chatserver_"), frozenset(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(await ask(port))
        for sample in family.samples
    }


def value(found: Values, name: str, *labels: str) -> float:
    return found.get((name, frozenset(labels)), 0)


def folders(place: Path) -> list[Path]:
    return list(place.glob("chatserver-metrics-*"))


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await seen():
            await asyncio.sleep(0.05)


def sockets_by_worker(shared: Path) -> dict[int, int]:
    """Returns the number of sockets of each process, from its own file."""
    return {
        int(file.stem.rpartition("_")[2]): sum(
            int(number)  # type: ignore[misc]
            for name, number, *_ in MmapedDict.read_all_values_from_file(file)  # type: ignore[no-untyped-call]
            if '"chatserver_sockets"' in name
        )
        for file in shared.glob("gauge_livesum_*.db")
    }
