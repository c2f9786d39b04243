"""Checks that the search works in this database, how well, and how far its index is."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from chatserver.config.settings import Config
from chatserver.database import libpq

PATIENCE = 5  # seconds
EXTENSIONS = ("btree_gin", "fuzzystrmatch", "pg_trgm")
FOLDS = "select lower('Я') = 'я' and show_trgm('привет') <> '{}'"
PROGRESS = """\
select coalesce(sum(t.last_seq), 0)::bigint,
       coalesce(sum(t.last_seq - least(coalesce(p.seq, 0), t.last_seq)), 0)::bigint
from threads t left join search_positions p on p.thread_id = t.id"""


def search_problems(connection: Connection) -> Iterator[str]:
    """Checks the extensions."""
    cursor = connection.cursor()
    cursor.execute("select extname from pg_extension where extname = any (%s)", [list(EXTENSIONS)])
    missing = sorted(set(EXTENSIONS) - {name for (name,) in cursor})
    if missing:
        names = "; ".join(f"CREATE EXTENSION {name}" for name in missing)
        yield f"The search lacks extensions of PostgreSQL: as the owner of the database, {names}."


def search_advice(config: Config) -> Iterator[str]:
    """Yields a sentence while older messages are not indexed yet, and one if the locale does not suit the search."""
    assert config.database_url is not None
    with (
        closing(psycopg2.connect(libpq.dsn(config.database_url, patience=PATIENCE))) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(PROGRESS)
        messages, waiting = cursor.fetchone() or (0, 0)
        cursor.execute(FOLDS)
        (folds,) = cursor.fetchone() or (False,)
    if waiting:
        yield (
            f"The search has indexed {messages - waiting} of {messages} messages; the others follow while the chat "
            "runs, and are not found until then."
        )
    if not folds:
        yield (
            "This database was created with the locale C. The search finds Russian and English words all the same, but "
            "takes longer for parts of Russian words and for typing errors in them, and tells capital letters of other "
            "alphabets from small ones. To change that, create a database with `createdb --template=template0 "
            "--encoding=UTF8 --locale=C.UTF-8`, and restore a backup into it."
        )
