"""Checks PostgreSQL: that it answers, is recent enough and has the schema of this version."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
from psycopg2.extensions import parse_dsn

from chatserver.config.settings import Config
from chatserver.database import libpq
from chatserver.database.migrations import MigrationError, check_schema
from chatserver.server.preflight.connections import pooler_problems, room_problems
from chatserver.server.preflight.durability import durability_problems
from chatserver.server.preflight.privileges import privilege_problems
from chatserver.server.preflight.search import search_problems

OLDEST = 140_000  # the oldest supported version, as PostgreSQL numbers it
PATIENCE = 5  # seconds


def postgresql_problems(config: Config) -> Iterator[str]:
    """Connects and checks everything that the server needs of its database."""
    assert config.database_url is not None
    try:
        connection = psycopg2.connect(libpq.dsn(config.database_url, patience=PATIENCE))
    except (psycopg2.Error, UnicodeError, ValueError) as error:
        yield _no_connection(" ".join(str(error).split()))
        return
    with closing(connection):
        connection.autocommit = True
        if connection.server_version < OLDEST:
            version = connection.server_version // 10_000
            yield f"PostgreSQL is version {version}, which is too old: 14 or newer is required."
            return
        try:
            check_schema(config.database_url)
        except MigrationError as error:
            yield str(error)
            return
        try:
            yield from privilege_problems(connection)
            yield from durability_problems(connection, config)
            yield from room_problems(connection, config)
            yield from search_problems(connection)
        except psycopg2.Error as error:
            yield f"PostgreSQL refuses to show privileges: {' '.join(str(error).split())}."
    if config.database_pooling == "session":
        yield from pooler_problems(config.database_url, PATIENCE)


def _no_connection(reason: str) -> str:
    if "password authentication failed" in reason or "no password supplied" in reason:
        return f"PostgreSQL refuses the user or the password of DATABASE_URL: correct it ({reason})."
    if "does not exist" in reason:
        return f"PostgreSQL has no such database or user: create it, or correct DATABASE_URL ({reason})."
    if "session is read-only" in reason or "not a primary" in reason:
        return f"None of the hosts of DATABASE_URL takes writes: is a standby yet to be promoted? ({reason})."
    return f"PostgreSQL does not answer: {reason}. Is it running, and is DATABASE_URL right?"


def host_advice(config: Config) -> list[str]:
    """Returns a warning if a failover could leave the server with a host that takes no writes."""
    given = parse_dsn(config.database_url or "")
    if "," in given.get("host", "") and "target_session_attrs" not in given:
        return [
            "DATABASE_URL names several hosts without target_session_attrs: after a failover the chat may stay with "
            "one that takes no writes. Add ?target_session_attrs=read-write (or any, where each of them takes writes)."
        ]
    return []
