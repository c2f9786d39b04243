"""Opens a source: a PostgreSQL, an SQLite file, or the lines of `dumpdata`."""

from pathlib import Path
from zoneinfo import ZoneInfo

from chatserver.imports.dump import read_dump
from chatserver.imports.postgresql import read_postgresql
from chatserver.imports.report import Report
from chatserver.imports.sqlite import read_sqlite
from chatserver.imports.staged import Staged
from chatserver.imports.staging import Staging
from chatserver.imports.values import SourceError

SQLITE = b"SQLite format 3\0"
UTC = ZoneInfo("UTC")


def read_source(source: str, report: Report, max_chars: int, *, zone: ZoneInfo | None, column: str | None) -> Staged:
    """Reads everything. `zone` is that of times without one; `column` of `auth_user` has the subs, None: the key.

    Raises SourceError.
    """
    if source.startswith(("postgresql://", "postgres://")):
        staging = Staging(report, max_chars, zone)
        read_postgresql(source, staging, column)
        return Staged(staging.finish(), report)
    path = Path(source)
    try:
        with path.open("rb") as file:
            is_sqlite = file.read(len(SQLITE)) == SQLITE
    except OSError as error:
        raise SourceError(f"{source} cannot be read: {error.strerror}.") from None
    if is_sqlite:
        staging = Staging(report, max_chars, zone or UTC)
        read_sqlite(path, staging, column)
    else:
        staging = Staging(report, max_chars, zone)
        read_dump(path, staging, column)
    return Staged(staging.finish(), report)
