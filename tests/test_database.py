"""What the database must not lose: a cancellation that comes with its answer."""

import asyncio
import time

from chatserver import db
from chatserver.config import Config


async def test_a_task_that_is_cancelled_while_its_answer_arrives_ends(config: Config) -> None:
    assert config.database_url is not None
    database = await db.connect(config.database_url, 1, timeout=5)
    asked = asyncio.create_task(database.fetch("database_time"))
    await asyncio.sleep(0)  # it asks, by now or in the next step
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_later(0, asked.cancel)
    time.sleep(0.2)  # noqa: ASYNC251  # both are there when the loop looks again
    await asyncio.wait([asked])
    await database.close()
    assert asked.cancelled()
