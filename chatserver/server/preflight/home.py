"""Checks that this database is not the copy of another site's."""

import asyncio
from collections.abc import Iterator

from chatserver.config.settings import Config
from chatserver.courier.home import home_problem
from chatserver.database import client as db

PATIENCE = 5  # seconds


def home_problems(config: Config) -> Iterator[str]:
    """Checks who the database belongs to; the web server starts in any case, only the courier sends nothing."""
    assert config.database_url is not None
    if problem := asyncio.run(_ask(config, config.database_url)):
        yield problem


async def _ask(config: Config, url: str) -> str | None:
    database = await db.connect(url, 1, PATIENCE, config.database_pooling)
    try:
        return await home_problem(database, config)
    finally:
        await database.close()
