"""What Redis was asked."""

from collections import Counter

from redis.asyncio import Redis

from chatserver.config.settings import Config


async def commands(config: Config) -> Counter[str]:
    """What Redis was asked so far, by command, as it says itself."""
    async with Redis.from_url(str(config.redis_url)) as redis:
        stats = await redis.info("commandstats")
    return Counter({name.removeprefix("cmdstat_"): stat["calls"] for name, stat in stats.items()})
