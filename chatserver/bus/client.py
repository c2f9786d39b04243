"""Redis: the client, and what it raises when Redis is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from chatserver.config.settings import Config
from chatserver.errors import Unavailable

CONNECTIONS = 10  # of a process, beside publisher's and subscriber's; whoever finds them all taken waits
REDIS_ERRORS = (RedisError, OSError, TimeoutError, RuntimeError)  # the last is uvloop's, for a transport that is closed


def connect_redis(config: Config) -> Redis:
    """RESP2: it costs the subscriber a quarter less. One retry: after a restart each pooled connection fails once;
    to an outage every caller has its own answer.
    """
    assert config.redis_url is not None
    pool = BlockingConnectionPool.from_url(
        config.redis_url,
        max_connections=CONNECTIONS,
        timeout=config.redis_timeout or None,
        protocol=2,
        socket_connect_timeout=config.redis_timeout or None,
        socket_timeout=config.redis_timeout or None,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
    return Redis.from_pool(pool)


@asynccontextmanager
async def redis_deadline(timeout: float) -> AsyncIterator[None]:
    """What is asked of Redis meanwhile is answered within `timeout` seconds (0 = whenever), or raises Unavailable."""
    try:
        async with asyncio.timeout(timeout or None):
            yield
    except REDIS_ERRORS as error:
        raise Unavailable(f"Redis does not answer: {str(error) or type(error).__name__}") from None
