"""Reads an SQLite file of the original; the file may be anybody's: its schema runs nothing (`trusted_schema=off`)."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from chatserver.imports.staging import Staging
from chatserver.imports.tables import read_tables
from chatserver.imports.values import SourceError


def read_sqlite(path: Path, staging: Staging, column: str | None) -> None:
    """Reads the tables, and writes nothing. Raises SourceError."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        ) as database:
            database.executescript("pragma trusted_schema = off; pragma query_only = on; begin")

            def columns_of(table: str) -> list[str]:
                return [name for (name,) in database.execute("select name from pragma_table_info(?)", (table,))]

            def rows(table: str, columns: Sequence[str]) -> Iterator[Sequence[Any]]:
                quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
                yield from database.execute(f'select {quoted} from "{table}"')  # noqa: S608

            # Bytes that are not UTF-8 become characters that cannot be stored, and are left out as such.
            database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            read_tables(columns_of, rows, staging, column)
    except sqlite3.Error as error:
        raise SourceError(f"{path} cannot be read: {error}.") from None
