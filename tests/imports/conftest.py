"""`import-django` on this test's servers."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from chatserver.config.settings import Config
from tests.support.commands import chatserver


class Imported(NamedTuple):
    """The printed counts, and the list by what was changed or left out."""

    counts: dict[str, int]
    listed: dict[str, list[str]]


Imports = Callable[..., Awaitable[Imported]]


@pytest.fixture
def imports(config: Config) -> Imports:
    """Imports a source."""

    async def run(source: str, *options: str, **settings: str) -> Imported:
        code, output, errors = await chatserver(config, "import-django", source, *options, **settings)
        assert code == 0, errors
        lines = [line.partition(": ") for line in errors.splitlines() if not line.startswith("…")]
        listed: dict[str, list[str]] = {}
        for place, _, what in lines:
            listed.setdefault(place, []).append(what)
        return Imported(json.loads(output), listed)

    return run


def counts(**expected: int) -> dict[str, Any]:
    """What is printed when nothing had to be changed, but for these."""
    names = ("people", "threads", "messages", "added", "renamed", "redated", "broken")
    return dict.fromkeys(names, 0) | expected
