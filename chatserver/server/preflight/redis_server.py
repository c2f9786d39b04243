"""Checks Redis: that it answers, is recent enough, keeps what it is given, and that its user may do what is needed."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing

from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, OutOfMemoryError, ReadOnlyError, RedisError

from chatserver.config.settings import Config

OLDEST = 7
PATIENCE = 5  # seconds


def redis_problems(config: Config) -> Iterator[str]:
    """Connects, and runs each command that processes need."""
    assert config.redis_url is not None
    client = Redis.from_url(config.redis_url, protocol=2, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    prefix = f"{config.redis_prefix}{secrets.token_hex(8)}:"
    with closing(client):
        try:
            information = client.info()
            version = str(information["redis_version"])
            if int(version.partition(".")[0]) < OLDEST:
                yield f"Redis is version {version}, which is too old: {OLDEST} or newer, or Valkey, is required."
                return
            for run in COMMANDS:
                run(client, prefix)
            if information.get("maxmemory") and information.get("maxmemory_policy") != "noeviction":
                yield (
                    "Redis throws keys away when it is full, and so signs people out: set maxmemory-policy to "
                    f"noeviction, not {information['maxmemory_policy']}."
                )
        except AuthenticationError as error:
            yield (
                f"Redis refuses the user or the password of REDIS_URL ({error}): they are given like "
                "redis://user:password@host:6379/0."
            )
        except NoPermissionError as error:
            yield (
                "The Redis user of REDIS_URL may not do what is needed: its ACL is in docs/deploy.md, and names "
                f"REDIS_PREFIX, which is {config.redis_prefix} ({error})."
            )
        except ReadOnlyError:
            yield "Redis is read-only, a replica: name the primary in REDIS_URL."
        except OutOfMemoryError:
            yield "Redis is full: raise its maxmemory, or find out what else fills it."
        except (RedisError, OSError) as error:
            yield _problem_of(str(error) or type(error).__name__)


def _subscribe(redis: Redis, channel: str) -> None:
    with closing(redis.pubsub()) as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe(channel)
        pubsub.get_message(timeout=PATIENCE)


# The commands that processes use for sessions, events and presence, with keys of the same prefix.
COMMANDS: tuple[Callable[[Redis, str], object], ...] = (
    lambda redis, prefix: redis.set(f"{prefix}check", "", ex=1),
    lambda redis, prefix: redis.eval("return redis.call('PUBLISH', ARGV[1], '')", 0, f"{prefix}check"),
    lambda redis, prefix: redis.pubsub_numsub(f"{prefix}check"),
    lambda redis, prefix: _subscribe(redis, f"{prefix}check"),
)


def _problem_of(reason: str) -> str:
    if "MISCONF" in reason:
        return f"Redis takes no writes, since it cannot save to its disk: is that full? ({reason})."
    return f"Redis does not answer: {reason}. Is it running, and is REDIS_URL right?"
