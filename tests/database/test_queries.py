"""Each query is run by the method that its file names, and no query reads messages without checking participants."""

import ast
import re
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.database.queries import load_queries, parse

METHODS = {"query", "query_one", "execute_idempotent", "execute_once"}

# Queries that need no such check, and why.
NOT_FOR_A_USER = {
    "index_messages": "for the index of all messages; it returns none of them",
    "is_sent": "tells a sender whether one of their own is stored",
    "messages_of_gaps": "for threads that `recent_threads` found for participants a moment before",
    "next_webhook_event": "for whom the owner has told by a webhook; it returns numbers and times",
    "new_messages": "counts what an import would add; it returns ids of the source alone",
    "provision_last_seq": "the parameter is called messages",
    "provision_messages": "makes the threads of a benchmark, refused in production",
    "queue_webhook_threads": "for the courier; it returns nothing",
    "sent_places": "a sender's own messages, by an administrator's command",
    "site_messages": "whole threads, for programs with the scope `read`",
    "set_ages": "makes the history of the demo older",
}


def statements_about_messages() -> dict[str, str]:
    return {name: query.plain for name, query in load_queries().items() if re.search(r"\bmessages\b", query.plain)}


def test_a_query_about_messages_checks_the_participants() -> None:
    found = {name for name, text in statements_about_messages().items() if not re.search(r"\bparticipants\b", text)}
    assert found == NOT_FOR_A_USER.keys()


def test_queries_that_show_messages_take_the_users_id() -> None:
    reads = [
        text for name, text in statements_about_messages().items() if name.startswith(("messages_", "first_since"))
    ]
    for text in reads:
        assert "%(user_id)s" in text or "%(after)s::bigint[]" in text, text
    assert len(reads) >= 3


def test_queries_name_no_sequence() -> None:
    """The role that serves in production may use the tables alone (deploy/postgresql.sql)."""
    found = [name for name, query in load_queries().items() if re.search(r"\b(nextval|setval)\b", query.plain)]
    assert found == []


async def test_a_query_can_be_run_only_by_the_method_that_its_file_names(config: Config) -> None:
    database = await db.connect(str(config.database_url), 1, timeout=0)
    for name, query in load_queries().items():
        for method in METHODS - {query.method} - ({"query_one"} if query.method == "query" else set()):
            with pytest.raises(TypeError, match=f"{name} is run by {query.method}, as its file says"):
                await getattr(database, method)(name, int)
    await database.close()


def test_every_call_names_a_query_of_its_method() -> None:
    queries, called = load_queries(), set()
    for path in Path("chatserver").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            match call:
                case ast.Call(ast.Attribute(attr=method), [ast.Constant(str(name)), *_]) if method in METHODS:
                    assert queries[name].method == method.removesuffix("_one"), f"{path}:{call.lineno}"
                    called.add(name)
    assert len(called) > 40


def test_a_read_changes_and_locks_nothing() -> None:
    writes = re.compile(r"\b(insert into|update|delete from|truncate|for (no key )?update|for (key )?share)\b")
    for name, query in load_queries().items():
        assert bool(writes.search(query.plain)) == (query.method != "query"), name


TRAPS = """
-- A comment; with -- and 100 % and %(name)s.
update users set name = 'old; -- %(name)s' where name = %(name)s::text;  -- never; there is none
select 'a; -- b', '100% sure', '%(name)s', 7 % 4 /* ; */, upper(%(name)s::text), "%(name)s"
from (select 1) as s ("%(name)s");
-- The end; of it.
"""


@pytest.mark.parametrize("pooling", ["session", "transaction"])
def test_literals_that_contain_semicolons_comments_or_percent_signs_are_kept(config: Config, pooling: str) -> None:
    query = parse("query", "traps", TRAPS)
    assert query.prepare.count("prepare traps_") == 2
    with closing(psycopg2.connect(str(config.database_url))) as connection, connection.cursor() as cursor:
        if pooling == "session":
            cursor.execute(query.prepare)
        cursor.execute(query.call if pooling == "session" else query.plain, {"name": "Ana"})
        assert cursor.fetchone() == ("a; -- b", "100% sure", "%(name)s", 3, "ANA", 1)


def test_a_query_under_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="ana: qurey is none of query, execute_idempotent, execute_once"):
        parse("qurey", "ana", "select 1;")
