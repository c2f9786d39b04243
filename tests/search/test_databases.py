"""Databases that were not made for this search: with an index of the former shape, with a locale that folds nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from psycopg2.extensions import make_dsn

from chatserver.config.settings import Config
from chatserver.server.schema import migrate
from tests.support.commands import chatserver
from tests.support.database import database_as_of, execute
from tests.support.people import Person
from tests.support.searching import finds, is_indexed, texts
from tests.support.servers import Serve

FORMER = """
insert into users (name, name_key, name_skeleton, password_hash) values ('Eve', 'eve', 'eve', '');
insert into threads (last_seq) values (1);
insert into messages select t.id, 1, u.id, gen_random_uuid(), 'hello', now() from threads t, users u;
insert into search_positions select id, last_seq, 0 from threads;
insert into search_pieces select thread_id, 1, 1, now(), now(), to_tsvector('chat', 'hello') from search_positions;
insert into search_words values ('hello', 'hello')"""


@pytest.fixture
def without_a_locale(database_url: str) -> Iterator[str]:
    """A database that folds no Cyrillic letters by itself."""
    kind = "template template0 encoding 'UTF8' locale_provider libc locale 'C'"
    execute(database_url, f"create database without_a_locale {kind}")
    yield make_dsn(database_url, dbname="without_a_locale")
    execute(database_url, "drop database without_a_locale with (force)")


async def test_an_index_of_the_former_shape_is_made_again(serve: Serve, config: Config) -> None:
    with database_as_of("0011_departures_from_erased_groups", str(config.database_url)) as url:
        execute(url, FORMER)
        migrate(url)
        assert execute(url, "select 1 from search_positions") == []
        changed = replace(config, database_url=url)
        code, said, _ = await chatserver(changed, "check")
        assert (code, "The search has indexed 0 of 1 messages" in said) == (0, True)
        await serve(database_url=url, search_interval=0.01)
        await is_indexed(changed)
        assert execute(url, "select word from search_words") == [("hello",)]


async def test_words_are_found_whatever_their_case_in_a_database_that_folds_none(
    serve: Serve, config: Config, without_a_locale: str
) -> None:
    migrate(without_a_locale)
    changed = replace(config, database_url=without_a_locale)
    code, said, _ = await chatserver(changed, "check")
    assert (code, "This database was created with the locale C." in said) == (0, True)
    url = await serve(database_url=without_a_locale, search_interval=0.01)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        await ben.writes_to(ana, "«ПРИВЕТ» Ёжикам и KATE")
        for _ in ("not indexed", "indexed"):
            for query in ("привет", "ежик", "Приветы", "kate", '"привет ёжик"'):
                assert await texts(ana, query) == ["«ПРИВЕТ» Ёжикам и KATE"], query
            assert [hit["by"] for hit in await finds(ana, "привте")] == ["typo"]
            assert [hit["by"] for hit in await finds(ana, "ривет")] == ["part"]
            await is_indexed(changed)
