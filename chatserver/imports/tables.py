"""The tables of the original, as Django made them: which columns are read, and into what."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from chatserver.imports.staging import Staging
from chatserver.imports.values import SourceError

KEY = "id"
PEOPLE = ("auth_user", ("id", "username", "is_active"))
THREADS = ("privatemessages_thread", ("id",))
SEATS = ("privatemessages_thread_participants", ("thread_id", "user_id"))
MESSAGES = ("privatemessages_message", ("id", "thread_id", "sender_id", "datetime", "text"))
TABLES = (PEOPLE, THREADS, SEATS, MESSAGES)

Rows = Callable[[str, Sequence[str]], Iterable[Sequence[Any]]]


def read_tables(columns_of: Callable[[str], Sequence[str]], rows: Rows, staging: Staging, column: str | None) -> None:
    """Reads all tables: `columns_of` names the columns of one, none if it is missing; `rows` reads some of them.

    Raises SourceError.
    """
    for table, needed in TABLES:
        there = columns_of(table)
        if not there:
            raise SourceError(f"The source has no table {table}: it is not a database of the original.")
        if missing := {*needed, *([column] if column and table == PEOPLE[0] else [])} - set(there):
            raise SourceError(f"The table {table} has no column {', '.join(sorted(missing))}.")
    name, columns = PEOPLE
    for row in rows(name, [*columns, column or KEY]):
        staging.add_person(*row)
    for row in rows(*THREADS):
        staging.add_thread(*row)
    for row in rows(*SEATS):
        staging.add_seat(*row)
    for row in rows(*MESSAGES):
        staging.add_message(*row)
