"""Rows as records: the columns of a query are read by name."""

from collections.abc import Sequence
from typing import Any, TypeVar

from psycopg2.extensions import Column

R = TypeVar("R")


def read_rows(description: Sequence[Column] | None, rows: Sequence[tuple[Any, ...]], record: type[R]) -> list[R]:
    """Returns each row as a `record`: a NamedTuple with a field for each column, or the type of the only column.

    The fields are in the order of the columns, so that a row costs no lookup by name. Raises TypeError if names or
    order differ.
    """
    columns = tuple(column.name for column in description or ())
    named: Any = record
    fields = getattr(named, "_fields", None)
    if fields is None and len(columns) == 1:
        return [value for (value,) in rows]
    if columns != fields:
        raise TypeError(f"the columns {columns} are not the fields of {named.__name__}: {fields}")
    return list(map(named._make, rows))
