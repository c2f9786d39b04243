"""The commands that Redis has run, and the queries of a request alone."""

from collections import Counter

from redis.asyncio import Redis

from chatserver.config.settings import Config

BACKGROUND_QUERIES = {
    *("database_time", "recent_threads", "recent_changes", "messages_of_gaps", "changes_of_gaps"),  # gap repair
    *("claim_indexing", "release_indexing", "threads_moved_since", "threads_by_id"),  # the index of the search
    *("index_backlog", "changed_pieces", "index_messages"),
}


def without_background(queries: Counter[str]) -> Counter[str]:
    """Returns the round trips but for those of background tasks."""
    return Counter({name: number for name, number in queries.items() if name not in BACKGROUND_QUERIES})


async def commands(config: Config) -> Counter[str]:
    """Returns how often Redis has run each command, from its own statistics."""
    async with Redis.from_url(str(config.redis_url)) as redis:
        stats = await redis.info("commandstats")
    return Counter({name.removeprefix("cmdstat_"): stat["calls"] for name, stat in stats.items()})
