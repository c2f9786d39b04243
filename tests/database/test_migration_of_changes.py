"""The migration to changeable messages rewrites nothing, and an older server keeps working."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from chatserver.development.embedded import EmbeddedServers
from chatserver.server.schema import migrate
from tests.support.database import database_as_of, execute

CHAT = """
insert into users (name, name_key, password_hash) values ('Ana', 'ana', '!'), ('Ben', 'ben', '!');
insert into threads (last_seq) values (2);
insert into participants (thread_id, user_id) values (1, 1), (1, 2);
insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
values (1, 1, 1, gen_random_uuid(), 'Hello', now()), (1, 2, 1, gen_random_uuid(), '', now())"""
FILES = "select relname, relfilenode from pg_class where relname in ('messages', 'participants', 'threads') order by 1"

# Statements as the previous version prepared them.
SENT = """
with known as (select m.* from messages m where m.sender_id = $1 and m.seq = $2)
select place.n, k.thread_id, k.seq, k.text from known k cross join (values (1)) as place (n)"""
SEND = """
insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
values ($1, $2, 2, gen_random_uuid(), $3, now())"""
JOIN = "insert into participants (thread_id, user_id) select $1, unnest($2::bigint[])"


@pytest.fixture
def before(servers: EmbeddedServers) -> Iterator[str]:
    with database_as_of("0005_names_that_look_alike", servers.database_url) as url:
        execute(url, CHAT)
        yield url


def test_the_migration_does_not_rewrite_messages(before: str) -> None:
    files = execute(before, FILES)
    assert migrate(before)[0] == "0006_changes_of_messages"
    assert execute(before, FILES) == files
    assert execute(before, "select seq, flags, reply_to from messages order by seq") == [
        (1, None, None),
        (2, None, None),
    ]
    assert execute(before, "select distinct from_seq, from_change, joined_change from participants") == [(1, 0, None)]


def test_a_group_of_before_gets_an_owner_the_lowest_id_of_those_who_may_sign_in(before: str) -> None:
    execute(before, "insert into users (name, name_key, password_hash) values ('Cleo', 'cleo', '!')")
    execute(before, "insert into participants (thread_id, user_id) values (1, 3)")
    execute(before, "insert into threads (pair_low, pair_high) values (2, 3)")
    execute(before, "insert into participants (thread_id, user_id) values (2, 2), (2, 3)")
    execute(before, "update users set disabled_at = now() where name = 'Ana'")
    migrate(before)
    assert execute(before, "select thread_id, user_id from participants where is_owner") == [(1, 2)]
    assert execute(before, "select thread_id, title, history, change from groups") == [(1, None, "all", 0)]


def test_statements_prepared_by_an_older_server_keep_working(before: str) -> None:
    with closing(psycopg2.connect(before)) as older, older.cursor() as cursor:
        older.autocommit = True
        for name, types, statement in (
            ("sent", "bigint, bigint", SENT),
            ("send", "bigint, bigint, text", SEND),
            ("join_", "bigint, bigint[]", JOIN),
        ):
            cursor.execute(f"prepare {name} ({types}) as {statement}")
        cursor.execute("execute sent(1, 1)")
        answer = cursor.fetchall()
        migrate(before)
        cursor.execute("execute sent(1, 1)")
        assert cursor.fetchall() == answer
        cursor.execute("execute send(1, 3, 'Hi')")
        cursor.execute("insert into threads default values")
        cursor.execute("execute join_(2, '{1, 2}')")
    assert execute(before, "select from_seq, is_owner from participants where thread_id = 2") == [(1, False)] * 2
    assert execute(before, "select text, flags from messages where seq = 3") == [("Hi", None)]
