"""The demo of `make demo`: three users and a few conversations in Russian and English."""

import asyncio
from uuid import uuid4

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.passwords import Hasher
from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.groups.creation import NewGroup
from chatserver.conversations.message_store import MessageStore, NewMessage
from chatserver.conversations.pairs import pair_thread
from chatserver.conversations.text_digests import TextDigests
from chatserver.database import client as db
from chatserver.errors import ChatError

PEOPLE = ["Ana", "Ben", "Клео"]
PASSWORD = "a demo, not a secret"  # noqa: S105  # printed at the start of `make demo`

DAY, HOUR = 1440, 60  # minutes

# Participants, and messages: minutes ago, sender, text.
TALKS: list[tuple[list[str], list[tuple[int, str, str]]]] = [
    (
        ["Ben", "Клео"],
        [
            (5 * DAY, "Ben", "Клео, do you have the photos from last year?"),
            (5 * DAY - 9, "Клео", "Yes! All 200 of them. Here: https://photos.example/summer"),
        ],
    ),
    (
        ["Ana", "Клео"],
        [
            (2 * DAY + 40, "Клео", "Привет, Ана! Как прошёл твой первый день?"),
            (2 * DAY + 31, "Ana", "Привет! Хорошо, но я устала: столько новых имён."),
            (2 * DAY + 30, "Клео", "Через неделю будешь знать всех. Я тоже сначала путала половину отдела."),
            (2 * DAY + 30, "Клео", "Обедаем завтра вместе?"),
        ],
    ),
    (
        ["Ana", "Ben", "Клео"],
        [
            (DAY + 5 * HOUR, "Ana", "A place for the three of us / место для нас троих"),
            (DAY + 5 * HOUR - 3, "Клео", "Отлично, теперь никто ничего не пропустит!"),
            (DAY + 5 * HOUR - 4, "Ben", "Can confirm: I see everything."),
            (3 * HOUR, "Клео", "Кто возьмёт гитару?"),
            (3 * HOUR - 2, "Ben", "I will. Any wishes?"),
        ],
    ),
    (
        ["Ana", "Ben"],
        [
            (DAY + 90, "Ana", "Hi Ben! Are you coming on Saturday?"),
            (DAY + 84, "Ben", "Of course. What shall I bring?"),
            (DAY + 80, "Ana", "Something to drink, and the big blanket:\nthe grass is still wet in the morning."),
            (DAY + 80, "Ana", "And your guitar, if Клео says so."),
            (40, "Ben", "Done. The train is at 8:12, see https://trains.example/timetable?from=bridge"),
            (38, "Ben", "Nine o'clock at the bridge?"),
            (38, "Ben", "I'll wait on the sunny side."),
            (2, "Ana", "Nine it is 👍"),
        ],
    ),
]


def fill(config: Config) -> list[tuple[str, str]]:
    """Fills the database of `config`, once, and returns the names and passwords to sign in with."""
    asyncio.run(_fill(config))
    return [(name, PASSWORD) for name in PEOPLE]


async def _fill(config: Config) -> None:
    assert config.database_url is not None
    database = await db.connect(config.database_url, 2, 0)
    redis = connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, config.redis_timeout)
    try:
        text_digests = TextDigests(config.secret_keys)
        message_store = MessageStore(database, publisher, config, text_digests)
        groups = Groups(database, publisher, config, text_digests)
        await _talk(database, Accounts(database, Hasher(2, 0)), message_store, groups)
        await publisher.close()
    finally:
        await database.close()
        await redis.aclose()


async def _talk(database: db.Database, accounts: Accounts, message_store: MessageStore, groups: Groups) -> None:
    try:
        users = {name: (await accounts.sign_up(name, PASSWORD)).user for name in PEOPLE}
    except ChatError:  # an earlier run has created them
        return
    for names, lines in TALKS:
        people = [users[name].id for name in names]
        if len(people) == 2:
            thread_id = await pair_thread(database, people[0], people[1])
        else:
            thread_id = await groups.create(NewGroup(None, people), by=None, owner=people[0])
        for _, name, text in lines:
            await message_store.submit(NewMessage(ThreadRequest(thread_id, users[name].id), str(uuid4()), text))
        last = len(lines)
        for name in names:  # everybody has read all messages but the last
            seq = last if name == lines[-1][1] else last - 1
            await database.execute_idempotent(
                "mark_read", thread_ids=[thread_id], user_ids=[users[name].id], seqs=[seq]
            )
        await database.execute_once("set_ages", thread_id=thread_id, minutes=[minutes for minutes, _, _ in lines])
