"""Whom one may write to: names completed as they are typed, so that nobody can list everybody."""

from time import time

from redis.asyncio import Redis

from chatserver.config import Config
from chatserver.db import Database
from chatserver.errors import ChatError
from chatserver.redis import in_time

NAMES = 5  # in an answer
STRANGERS_FROM = 3  # characters: of whom one shares a thread with, one is enough
MINUTE = 60  # seconds
# How often this was asked in this minute; the key goes when the minute is long over.
COUNT = """\
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count"""


async def complete_name(db: Database, user_id: int, beginning: str) -> list[str]:
    """Names of other people that begin so, in order; `beginning` as `text.name_beginning` gives it."""
    rows = await db.fetch(
        "people_by_beginning",
        user_id=user_id,
        beginning=beginning,
        everybody=len(beginning) >= STRANGERS_FROM,
        number=NAMES,
    )
    return [name for (name,) in rows]


async def count_question(redis: Redis, config: Config, user_id: int) -> None:
    """One more question of this person, whatever process is asked.

    Raises ChatError `too_many` beyond `PEOPLE_A_MINUTE`, Unavailable when Redis does not answer.
    """
    if not config.people_a_minute:
        return
    minute, second = divmod(int(time()), MINUTE)
    key = f"{config.redis_prefix}people:{user_id}:{minute}"
    async with in_time(config.redis_timeout):
        count = int(await redis.eval(COUNT, 1, key, 2 * MINUTE))
    if count > config.people_a_minute:
        raise ChatError("too_many", retry_after=MINUTE - second)
