"""Requesting and downloading an export."""

import asyncio
import io
import json
from typing import Any
from zipfile import ZipFile

from tests.support.people import PATIENCE, Person

STATE = "/messages/account/export"
DATA = "/messages/account/data.zip"
FOREVER = 3600.0  # seconds


async def asks(person: Person) -> str:
    answer = await person.post("/messages/account/export/", page="/messages/")
    assert answer.status == 303
    return answer.location.partition("?done=")[2]


async def sees(person: Person, state: str, **fields: Any) -> dict[str, Any]:
    """Waits until the export has this state and these fields."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found: dict[str, Any] = await person.json(STATE)
            if found["state"] == state and all(found[name] == value for name, value in fields.items()):
                return found
            await asyncio.sleep(0.02)


async def downloads(person: Person) -> dict[str, Any]:
    """Downloads the zip and returns its files by name."""
    async with person.http.get(DATA) as answer:
        assert answer.status == 200
        with ZipFile(io.BytesIO(await answer.read())) as archive:
            assert archive.testzip() is None
            return {name: json.loads(archive.read(name)) for name in archive.namelist()}
