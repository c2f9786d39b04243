"""Privacy settings: what a user shows to other participants, and which users may add them to groups."""

from typing import NamedTuple

from redis.asyncio import Redis

from chatserver.accounts.accounts import User
from chatserver.bus.client import redis_deadline
from chatserver.config.settings import Config
from chatserver.database.client import Database


class Privacy(NamedTuple):
    """Whether a user shows presence, and receipts; `who_adds_me` is everybody, or known: who shares a thread.

    None stands for what it is already, when settings are changed.
    """

    shows_online: bool
    shows_seen: bool
    who_adds_me: str | None = None


def hidden_key(config: Config) -> str:
    """Returns the key of the Redis set of users who hide their presence; open chats consult it."""
    return f"{config.redis_prefix}hidden"


async def privacy_of(db: Database, user: User) -> Privacy:
    """Reads the settings of a user from PostgreSQL; an unknown user shows neither."""
    privacy = await db.query_one("settings_of", Privacy, user_id=user.id)
    return privacy or Privacy(shows_online=False, shows_seen=False)


async def set_privacy(db: Database, redis: Redis, config: Config, user: User, privacy: Privacy) -> None:
    """Changes the settings, with immediate effect on open chats. Raises Unavailable."""
    async with redis_deadline(config.redis_timeout):
        change = redis.srem if privacy.shows_online else redis.sadd
        await change(hidden_key(config), user.id)
    await db.execute_once("set_privacy", user_id=user.id, **privacy._asdict())
