"""Name completion suggests only people whom the user may find, and never all of them."""

import asyncio

import pytest
from redis.asyncio import Redis
from yarl import URL

from chatserver.accounts import login_limits as attempts
from chatserver.accounts.accounts import User
from chatserver.accounts.login_limits import LoginLimits
from chatserver.config.settings import Config
from chatserver.errors import ChatError, Unavailable
from tests.support.database import execute
from tests.support.people import PATIENCE, Person
from tests.support.servers import Serve


def sign_up(config: Config, *names: str) -> None:
    """Adds users who never sign in, straight to the database."""
    assert config.database_url is not None
    rows = ", ".join(f"('{name}', '{name.casefold()}', '!')" for name in names)
    execute(config.database_url, f"insert into users (name, name_key, password_hash) values {rows}")


async def found(person: Person, typed: str) -> list[str]:
    answer = await person.json(str(URL("/messages/people").with_query(name=typed)))
    assert answer.keys() == {"people", "found"}
    return list(answer["people"])


async def test_anas_contacts_are_found_by_their_first_letter_and_others_by_three(
    ana: Person, ben: Person, config: Config
) -> None:
    sign_up(config, "Benita", "Bea", "Cleo")
    await ben.writes_to(ana)
    assert await found(ana, "b") == await found(ana, "be") == ["Ben"]
    assert await found(ana, "ben") == ["Ben", "Benita"]
    assert await found(ana, "beni") == ["Benita"]
    assert await found(ana, "c") == await found(ana, "cl") == []
    assert await found(ana, "cle") == ["Cleo"]
    assert await found(ana, "nita") == []


async def test_case_and_surrounding_white_space_do_not_matter(ana: Person, config: Config) -> None:
    sign_up(config, "McDonald", "Ёжик")
    assert await found(ana, "mcd") == await found(ana, " MCD ") == ["McDonald"]
    assert await found(ana, "ёжи") == await found(ana, "ЁЖИ") == ["Ёжик"]


async def test_users_do_not_find_themselves(ana: Person, ben: Person, config: Config) -> None:
    await ben.writes_to(ana)
    sign_up(config, "Anabel")
    assert await found(ana, "ana") == ["Anabel"]
    assert await found(ben, "ana") == ["Ana", "Anabel"]


async def test_at_most_five_names_are_suggested_and_contacts_are_always_among_them(
    ana: Person, cleo: Person, config: Config
) -> None:
    sign_up(config, *(f"Clara.{number}" for number in range(8)))
    assert await found(ana, "cla") == [f"Clara.{number}" for number in range(5)]
    sign_up(config, *(f"cle{letter}" for letter in "abcdefg"))
    assert await found(ana, "cle") == ["clea", "cleb", "clec", "cled", "clee"]
    await ana.writes_to(cleo)
    assert await found(ana, "cle") == ["clea", "cleb", "clec", "cled", "Cleo"]


@pytest.mark.parametrize(
    "typed", ["", " ", "%", "%%%", "___", "b_n", "\\\\\\", "a b", "\0\0\0", "\u202eben", "x" * 5000]
)
async def test_text_that_begins_no_name_finds_nobody(ana: Person, ben: Person, typed: str) -> None:
    await ben.writes_to(ana)
    assert await found(ana, typed) == []


@pytest.mark.parametrize("query", ["", "?name", "?name=%ff%ff%ff", "?name=%ed%a0%80", "?other=ben"])
async def test_invalid_text_finds_nobody(ana: Person, query: str) -> None:
    answer = await ana.get(f"/messages/people{query}")
    assert (answer.status, answer.text) == (200, '{"people": [], "found": []}')


async def test_the_rate_of_name_lookups_holds_across_servers(
    ana: Person, ben: Person, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "MINUTE", 1)
    servers = [await serve(port=0, name_lookups_per_minute=3) for _ in range(2)]

    async def asks(person: Person, url: URL) -> tuple[int, str | None]:
        there = url.with_path("/messages/people").with_query(name="cle")
        async with person.http.get(there, headers=person.cookie) as answer:
            if answer.status == 429:
                assert (await answer.json())["code"] == "too_many"
            return answer.status, answer.headers.get("Retry-After")

    assert [await asks(ana, servers[number % 2]) for number in range(3)] == [(200, None)] * 3
    assert await asks(ana, servers[1]) == await asks(ana, servers[0]) == (429, "1")
    assert await asks(ben, servers[0]) == (200, None)
    async with asyncio.timeout(PATIENCE):
        while await asks(ana, servers[0]) != (200, None):
            await asyncio.sleep(0.05)


async def test_the_limit_can_be_turned_off(ana: Person, serve: Serve) -> None:
    url = await serve(port=0, name_lookups_per_minute=0)
    for _ in range(40):
        there = url.with_path("/messages/people").with_query(name="cle")
        async with ana.http.get(there, headers=ana.cookie) as answer:
            assert answer.status == 200


async def test_the_counts_of_lookups_expire(ana: Person, config: Config) -> None:
    await found(ana, "cle")
    async with Redis.from_url(str(config.redis_url)) as redis:
        keys = [key async for key in redis.scan_iter(f"{config.redis_prefix}limit*people/{ana.id}/*")]
        assert keys
        for key in keys:
            assert 0 < await redis.ttl(key) <= attempts.MINUTE


async def test_nobody_is_found_while_redis_is_unavailable(config: Config) -> None:
    async with Redis.from_url("redis://127.0.0.1:1") as redis:
        with pytest.raises(Unavailable) as refused:
            await LoginLimits(redis, config).name_lookup(User(1, "Ana"))
    assert isinstance(refused.value, ChatError)
    assert refused.value.status == 503
