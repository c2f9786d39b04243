"""The Redis client, its time limit, and the errors that mean Redis is unavailable."""

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

CONNECTIONS = 10  # per process, besides the publisher's and the subscriber's; a caller waits for a free one
REDIS_ERRORS = (RedisError, OSError, TimeoutError, RuntimeError)  # RuntimeError: uvloop's, for a closed transport


def connect_redis(config: Config) -> Redis:
    """Makes the client; connects on first use. RESP2 costs the subscriber a quarter less than RESP3.

    Retries once, since every pooled connection fails once after a restart; each caller handles an outage itself.
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
    """Raises Unavailable if the Redis calls inside fail or take longer than `timeout` seconds (0 = no limit)."""
    try:
        async with asyncio.timeout(timeout or None):
            yield
    except REDIS_ERRORS as error:
        raise Unavailable(f"Redis does not answer: {str(error) or type(error).__name__}") from None
