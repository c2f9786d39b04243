"""Applies the numbered files of `sql/migrations/`, each once, in order, under an advisory lock.

Replaces yoyo-migrations, which brings a configuration, a command and four tables for one loop here. Synchronous: it
runs before the server does.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cache

import psycopg2
import psycopg2.errors
import psycopg2.extensions

from chatserver.database import libpq
from chatserver.errors import CommandError
from chatserver.resources import folder

LOCK = 4_271_001  # an arbitrary number, used for nothing else
LOCK_TIMEOUT = 1.0  # seconds
ATTEMPTS = 30


class MigrationError(CommandError):
    """The schema is not up to date, or cannot be updated; one sentence."""


def migrate(database_url: str, then: Callable[[psycopg2.extensions.connection], None]) -> list[str]:
    """Brings the schema up to date and returns the names applied. Each file is one transaction with its own record.

    Calls `then` at the end, under the same lock, whether or not anything was applied. Raises MigrationError if the
    schema is newer than this code or the database does not answer.
    """
    with _connection(database_url) as connection:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [LOCK])
            cursor.execute("create table if not exists migrations (name text primary key, applied_at timestamptz)")
        files = _files()
        missing = _missing(_applied(connection), files)
        for name in missing:
            _apply(connection, name, files[name])
        then(connection)
        return missing


def _apply(connection: psycopg2.extensions.connection, name: str, statements: str) -> None:
    """Applies one file in a transaction. Gives up a lock that it cannot get within a second, and retries.

    A queued lock request would block all later queries on the table, and the server must keep serving.
    """
    for attempt in range(1, ATTEMPTS + 1):
        cursor = connection.cursor()
        try:
            cursor.execute("begin")
            cursor.execute(f"set local lock_timeout = '{LOCK_TIMEOUT:g}s'")
            cursor.execute(statements)
            cursor.execute("insert into migrations values (%s, now())", [name])
            cursor.execute("commit")
        except psycopg2.errors.LockNotAvailable:
            cursor.execute("rollback")
            if attempt == ATTEMPTS:
                raise MigrationError(
                    f"{name} found its tables locked for a minute: see pg_stat_activity for who holds them, "
                    "and run it again."
                ) from None
            time.sleep(LOCK_TIMEOUT)
        else:
            return


def check_schema(database_url: str) -> None:
    """Raises MigrationError unless the schema is exactly this code's."""
    with _connection(database_url) as connection:
        with connection.cursor() as cursor:
            cursor.execute("select to_regclass('migrations') is not null")
            (ready,) = cursor.fetchone() or (False,)
        check_applied(_applied(connection) if ready else set())


def check_applied(applied: set[str], *, newer_too: bool = False) -> None:
    """Raises MigrationError unless the applied migrations are exactly this code's or, with `newer_too`, later ones.

    Processes from before an update accept the newer schema until they are restarted, even if one dies.
    """
    if _missing(applied, _known(), newer_too=newer_too):
        raise MigrationError("The database schema is older than this version: run `python -m chatserver migrate`.")


@cache
def _known() -> tuple[str, ...]:
    """Lists the migrations as of the start of this process: an update brings new files before new processes."""
    return tuple(_files())


def _applied(connection: psycopg2.extensions.connection) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("select name from migrations")
        return {str(name) for (name,) in cursor}


def _missing(applied: set[str], known: Iterable[str], *, newer_too: bool = False) -> list[str]:
    unknown = applied - set(known)
    if unknown and not newer_too:
        raise MigrationError(
            f"The database was made by a newer version of chatserver ({max(unknown)}): update the code."
        )
    return [name for name in known if name not in applied]


def _files() -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted((folder("sql") / "migrations").glob("*.sql"))}


@contextmanager
def _connection(database_url: str) -> Iterator[psycopg2.extensions.connection]:
    try:
        connection = psycopg2.connect(libpq.dsn(database_url, patience=10))
    except psycopg2.Error as error:
        raise MigrationError(f"PostgreSQL does not answer: {' '.join(str(error).split())}") from None
    with closing(connection):
        connection.autocommit = True
        try:
            yield connection
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:  # lost meanwhile, or a full disk
            raise MigrationError(f"PostgreSQL could not finish: {' '.join(str(error).split())}") from None
        except psycopg2.errors.ReadOnlySqlTransaction:
            raise MigrationError(
                "PostgreSQL takes no writes: name the primary in DATABASE_URL, or all hosts and "
                "target_session_attrs=read-write."
            ) from None
        except (psycopg2.errors.FeatureNotSupported, psycopg2.errors.UndefinedFile) as error:  # no such extension
            raise MigrationError(
                f"PostgreSQL lacks an extension ({str(error).splitlines()[0]}): install its package of extensions, "
                "postgresql-contrib where it is a package of its own, and migrate again."
            ) from None
        except psycopg2.errors.InsufficientPrivilege as error:
            raise MigrationError(
                f"{connection.info.user} may not do this ({str(error).splitlines()[0]}): only the owner of "
                "the tables may migrate, and must GRANT the rights of docs/deploy.md to who serves."
            ) from None
