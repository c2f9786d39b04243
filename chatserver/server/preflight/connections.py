"""Checks that all processes can connect to PostgreSQL, directly or through PgBouncer."""

from collections.abc import Iterator

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from chatserver.config.settings import Config
from chatserver.database import libpq

# The number of connections that this user may open; -1 means that a user or database has no limit of its own.
ROOM = """\
select least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
             nullif(rolconnlimit, -1), nullif(datconnlimit, -1))
from pg_roles, pg_database where rolname = current_user and datname = current_database()"""


def room_problems(connection: Connection, config: Config) -> Iterator[str]:
    """Checks that all processes of this instance can connect; with transaction pooling they need fewer connections."""
    if config.database_pooling == "transaction":
        return
    cursor = connection.cursor()
    cursor.execute(ROOM)
    (room,) = cursor.fetchone() or (0,)
    wanted = config.workers * config.database_connections
    if wanted > room:
        yield (
            f"PostgreSQL lets this user have {room} connections, and WORKERS × DATABASE_CONNECTIONS are {wanted}: "
            f"raise max_connections, or set DATABASE_CONNECTIONS to {max(1, room // config.workers)} at most, or put "
            "a PgBouncer between them."
        )


def pooler_problems(url: str, patience: int) -> Iterator[str]:
    """Detects PgBouncer: with transaction pooling no statement can be prepared and no option set for a connection.

    `patience`: seconds to connect.
    """
    try:
        psycopg2.connect(libpq.dsn(url, "-c statement_timeout=3000", patience=patience)).close()
    except psycopg2.Error as error:
        if "startup parameter" not in str(error):
            raise
        yield (
            "DATABASE_URL leads through a PgBouncer that takes no options: if it pools transactions set "
            "DATABASE_POOLING=transaction, else let it have ignore_startup_parameters=options."
        )
