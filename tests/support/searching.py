"""People who search."""

from typing import Any

from chatserver.config.settings import Config
from tests.support.database import execute, holds
from tests.support.people import Answer, Person

AS_JSON = {"Accept": "application/json"}
IS_BEHIND = """\
select 1 from threads t
left join search_positions p on p.thread_id = t.id
left join thread_changes n on n.thread_id = t.id
where t.last_seq > coalesce(p.seq, 0) or coalesce(n.last_change, 0) > coalesce(p.change, 0)"""


async def asks(person: Person, **query: object) -> tuple[int, dict[str, Any]]:
    """The status and what a search answers a program."""
    params = {name: str(value) for name, value in query.items()}
    async with person.http.get("/messages/search/", params=params, headers=AS_JSON) as response:
        return response.status, await response.json()


async def page_of(person: Person, **query: str) -> Answer:
    """The page that a browser shows."""
    return await person.get("/messages/search/", params=query)


async def finds(person: Person, q: str, **query: object) -> list[dict[str, Any]]:
    """The results of a search that must succeed."""
    status, answer = await asks(person, q=q, **query)
    assert status == 200, answer
    return list(answer["results"])


async def texts(person: Person, q: str, **query: object) -> list[str]:
    return [result["text"] for result in await finds(person, q, **query)]


async def is_indexed(config: Config) -> None:
    """Waits until everything is, and is found by the index alone."""
    await holds(str(config.database_url), f"select 1 where not exists ({IS_BEHIND})")
    a_moment_later(config)


def a_moment_later(config: Config) -> None:
    """What was indexed until now is no longer matched directly."""
    execute(str(config.database_url), "update search_positions set moved_at = '-infinity'")


def pieces(config: Config) -> list[tuple[int, int]]:
    """The first and last numbers of the pieces of the index."""
    return execute(str(config.database_url), "select first_seq, last_seq from search_pieces order by 1")
