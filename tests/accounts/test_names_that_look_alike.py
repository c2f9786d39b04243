"""A name that looks like another one is refused at sign-up; users who already have one keep it."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from yarl import URL

from chatserver.accounts.names import name_key, name_skeleton
from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.server.schema import migrate
from tests.accounts.signing_up import TAKEN, found, tries
from tests.support.database import database_as_of, execute, holds, lock_is_waited_for
from tests.support.people import PASSWORD, Person

# -- look-alikes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        *(("Ivan", "lvan"), ("Ivan", "1van"), ("Ivan", "lVAN"), ("alla", "aIIa"), ("Olga", "0lga"), ("Amy", "Arny")),
        *(("cop", "сор"), ("ЛЕНА", "ЛEHA"), ("Аня", "АНЯ"), ("O'Brien", "O’brien")),
        *(("Ali8", "Ali৪"), ("user-11", "user-1l"), ("فاطمهزهرا", "فاطمه\u200cزهرا"), ("ක්\u200dරි", "ක්රි")),
    ],
)
def test_names_that_look_alike_share_a_skeleton_or_a_key(name: str, alike: str) -> None:
    assert name_skeleton(name) == name_skeleton(alike) or name_key(name) == name_key(alike)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alla", "Alia"),
        ("Omer", "Ömer"),
        ("Анна", "Инна"),
        ("李明", "李朋"),
        ("Ben1", "Ben2"),
        ("Ana_1", "Ana-1"),
        ("İpek", "Ipek"),
    ],
)
def test_names_that_readers_can_distinguish_have_different_skeletons(one: str, other: str) -> None:
    assert (name_skeleton(one), name_key(one)) != (name_skeleton(other), name_key(other))
    assert name_skeleton(one) != name_skeleton(other)


async def test_a_name_that_looks_like_another_is_taken(url: URL) -> None:
    async with Person(url, "Ivan") as ivan, Person(url, "сора") as cyrillic:
        await ivan.sign_up()
        await cyrillic.sign_up()
        for alike in ("lvan", "1van", "lVAN", "copa", "COPA"):
            assert await tries(ivan, alike) == TAKEN, alike
        assert await tries(ivan, "Ivana") == (303, "")


async def test_only_one_of_two_simultaneous_sign_ups_gets_a_look_alike_name(config: Config, url: URL) -> None:
    """The first sign-up is held up while it inserts its name; the second must wait for it."""
    async with Person(url, "Ivan") as ivan, Person(url, "lvan") as other:
        with closing(psycopg2.connect(str(config.database_url))) as holding_up:
            values = "('somebody', 'ivan', 'somebody', '!')"
            insert = f"insert into users (name, name_key, name_skeleton, password_hash) values {values}"
            holding_up.cursor().execute(insert)
            first = asyncio.create_task(tries(ivan, "Ivan"))
            await lock_is_waited_for(config)
            second = asyncio.create_task(tries(other, "lvan"))
            waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' having count(*) = 2"
            await holds(str(config.database_url), waiting)
            holding_up.rollback()
        assert (await first, await second) == ((303, ""), TAKEN)


async def test_look_alikes_of_a_deleted_users_name_are_reserved_too(url: URL, database_url: str) -> None:
    async with Person(url, "Ivan") as ivan, Person(url, "lvan") as other:
        await ivan.sign_up()
        await ivan.post("/messages/account/delete/", page="/messages/account/", delete_password=PASSWORD)
        assert execute(database_url, "select name_skeleton from users") == [(None,)]
        assert await tries(other, "lvan") == TAKEN
        execute(database_url, "update former_names set free_at = now()")
        assert await tries(other, "lvan") == (303, "")


async def test_a_name_stored_by_an_older_process_is_also_taken(url: URL, database_url: str) -> None:
    execute(database_url, "insert into users (name, name_key, password_hash) values ('Ivan', 'ivan', '!')")
    execute(database_url, "insert into former_names (name_key, free_at) values ('olga', now() + interval '1 day')")
    async with Person(url, "lvan") as other:
        assert await tries(other, "lvan") == TAKEN
        assert await tries(other, "0LGA") == TAKEN


# -- earlier names ------------------------------------------------------------------------------------------------


async def test_earlier_names_that_look_alike_or_are_no_longer_allowed_stay(ana: Person, database_url: str) -> None:
    for number, name in enumerate(["Ivan", "lvan", "Anнa", "ani\u0307ta"]):
        async with Person(ana.url, f"somebody-{number}") as someone:
            await someone.sign_up()
        changes = f"name = '{name}', name_key = '{name_key(name)}', name_skeleton = null"
        execute(database_url, f"update users set {changes} where name_key = 'somebody-{number}'")
    for name in ["Ivan", "lvan", "Anнa", "ani\u0307ta"]:
        async with Person(ana.url, name) as someone:
            assert (await someone.sign_in()).status == 303
            assert name in await found(ana, name[:3])
            await ana.writes_to(someone)
            assert await tries(someone, "1van") == TAKEN


@pytest.fixture
def from_before(servers: EmbeddedServers) -> Iterator[str]:
    """A database as the previous version created it."""
    with database_as_of("0004_exports", servers.database_url) as url:
        yield url


def test_a_migration_gives_earlier_names_their_skeletons(from_before: str) -> None:
    execute(
        from_before,
        "insert into users (name, name_key, password_hash) select 'u'||n, 'u'||n, '!' from generate_series(1, 2500) n",
    )
    execute(
        from_before,
        "insert into users (name, name_key, password_hash) values ('Ivan', 'ivan', '!'), ('lvan', 'lvan', '!')",
    )
    execute(from_before, "insert into users (name, name_key, password_hash, deleted_at) values ('', ':9', '!', now())")
    execute(from_before, "insert into former_names values ('olga', now() + interval '1 day')")
    assert "0005_names_that_look_alike" in migrate(from_before)
    looks = execute(from_before, "select name, name_skeleton from users")
    assert all(skeleton == (name_skeleton(name) if name else None) for name, skeleton in looks)
    assert len(looks) == 2503
    assert execute(from_before, "select name_skeleton from former_names") == [(name_skeleton("olga"),)]


def test_a_migration_clears_the_skeletons_of_users_deleted_by_an_older_process(from_before: str) -> None:
    migrate(from_before)
    values = "('', ':9', 'lvan', '!', now())"
    execute(
        from_before, f"insert into users (name, name_key, name_skeleton, password_hash, deleted_at) values {values}"
    )
    assert migrate(from_before) == []
    assert execute(from_before, "select name_skeleton from users") == [(None,)]
