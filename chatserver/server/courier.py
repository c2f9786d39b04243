"""The process that sends: it serves nobody, so that what serves people needs no way out of the machine."""

import asyncio
import signal
from contextlib import suppress

from redis.asyncio import Redis

from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.client import connect_redis
from chatserver.config.settings import Config
from chatserver.courier.mail.sender import MailSender
from chatserver.courier.push.sender import PushSender
from chatserver.courier.webhooks.sender import WebhookSender
from chatserver.database.client import Database
from chatserver.database.startup import wait_for_database
from chatserver.server.background import Work, running
from chatserver.server.metrics_endpoint import serving
from chatserver.web.rendering.formatting import plain
from chatserver.web.rendering.pages import render_mail


async def run_courier(config: Config) -> None:
    """Runs until SIGINT or SIGTERM. Raises ConfigError if METRICS_PORT is in use."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await _serve(config)


async def _serve(config: Config) -> None:
    database = await wait_for_database(config)
    redis = connect_redis(config)
    try:
        async with serving(config), running(_works(config, database, redis)):
            await asyncio.Event().wait()  # for ever
    finally:
        await database.close()
        await redis.aclose()


def _works(config: Config, database: Database, redis: Redis) -> list[Work]:
    """Wires what is sent. Each work ends when it is cancelled, and leaves nothing claimed."""
    return [
        WebhookSender(database, config).run,
        PushSender(database, SessionIndex(redis, config), config, plain).run,
        MailSender(database, config, render_mail, plain).run,
    ]
