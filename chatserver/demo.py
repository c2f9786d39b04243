"""Three people and a few conversations in Russian and English, to look at: what `make demo` shows."""

import asyncio
from uuid import uuid4

from chatserver import db, groups
from chatserver.accounts import Accounts
from chatserver.config import Config
from chatserver.errors import ChatError
from chatserver.realtime.publisher import Publisher
from chatserver.realtime.writer import Outgoing, Writer
from chatserver.redis import connect_redis

PEOPLE = ["Ana", "Ben", "Клео"]
PASSWORD = "a demo, not a secret"  # noqa: S105  # printed at the start of `make demo`

TALKS: list[tuple[list[str], list[tuple[str, str]]]] = [
    (
        ["Ana", "Ben"],
        [
            ("Ana", "Hi Ben! Are you coming on Saturday?"),
            ("Ben", "Of course. What shall I bring?"),
            ("Ana", "Something to drink, and the big blanket:\nthe grass is still wet in the morning."),
            ("Ben", "Done. Nine o'clock at the bridge?"),
            ("Ana", "Nine it is 👍"),
        ],
    ),
    (
        ["Ana", "Клео"],
        [
            ("Клео", "Привет, Ана! Как прошёл твой первый день?"),
            ("Ana", "Привет! Хорошо, но я устала: столько новых имён."),
            ("Клео", "Через неделю будешь знать всех. Я тоже сначала путала половину отдела."),
        ],
    ),
    (["Ben", "Клео"], [("Ben", "Клео, do you have the photos from last year?")]),
    (
        ["Ana", "Ben", "Клео"],
        [
            ("Ana", "A place for the three of us / место для нас троих"),
            ("Клео", "Отлично, теперь никто ничего не пропустит!"),
            ("Ben", "Can confirm: I see everything."),
        ],
    ),
]


def fill(config: Config) -> list[tuple[str, str]]:
    """Fills the database of `config` once; returns how to sign in: names and passwords."""
    asyncio.run(_fill(config))
    return [(name, PASSWORD) for name in PEOPLE]


async def _fill(config: Config) -> None:
    assert config.database_url is not None
    database = await db.connect(config.database_url, 2, 0)
    redis = connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, config.redis_timeout)
    try:
        await _talk(database, Accounts(database, 2, 0), Writer(database, publisher, 0, 0))
        await publisher.close()
    finally:
        await database.close()
        await redis.aclose()


async def _talk(database: db.Database, accounts: Accounts, writer: Writer) -> None:
    try:
        users = {name: await accounts.sign_up(name, PASSWORD) for name in PEOPLE}
    except ChatError:  # they are here since an earlier run
        return
    for names, lines in TALKS:
        thread_id, _ = await groups.create(database, accounts, names)
        for name, text in lines:
            await writer.submit(Outgoing(thread_id, users[name].id, str(uuid4()), text))
