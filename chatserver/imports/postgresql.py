"""Reads a PostgreSQL of the original, as it is at one moment, while its site goes on."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from chatserver.config.urls import is_database
from chatserver.database import libpq
from chatserver.imports.staging import Staging
from chatserver.imports.tables import read_tables
from chatserver.imports.values import SourceError

PATIENCE = 10  # seconds to connect
AT_ONCE = 500  # rows, whose texts may be long
# Times come as text, with their offset if they have a zone: Python knows no year 0 and no infinity.
COLUMNS = {"datetime": sql.SQL("datetime::text")}


def read_postgresql(url: str, staging: Staging, column: str | None) -> None:
    """Reads the tables, and writes nothing. The URL has no password: processes are listed with their arguments.

    Raises SourceError.
    """
    if not is_database(url):
        raise SourceError("The source is no URL of a PostgreSQL.")
    if "password" in libpq.parameters(url):
        raise SourceError("The source's URL must not have a password: put it into PGPASSWORD or .pgpass.")
    try:
        with closing(psycopg2.connect(libpq.dsn(url, patience=PATIENCE))) as connection:
            connection.set_session(ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
            _read(connection, staging, column)
    except psycopg2.Error as error:
        raise SourceError(f"The source cannot be read: {(str(error).splitlines() or ['no reason given'])[0]}") from None
    except UnicodeDecodeError:
        raise SourceError("The source cannot be read: its texts are not in the encoding that it names.") from None


def _read(connection: Any, staging: Staging, column: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set timezone to 'UTC'; set datestyle to 'ISO'")

    def columns_of(table: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
                [table],
            )
            return [name for (name,) in cursor.fetchall()]

    def rows(table: str, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
        read = [COLUMNS.get(name, sql.Identifier(name)) for name in columns]
        with connection.cursor("rows") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(sql.SQL("select {} from {}").format(sql.SQL(", ").join(read), sql.Identifier(table)))
            yield from cursor

    read_tables(columns_of, rows, staging, column)
