"""Checks that the server can run here: for `python -m chatserver check`, and before `serve` and gunicorn start.

Each problem is one sentence that says what to do; all problems that can be found together are reported together.
"""

import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import parse_dsn
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, OutOfMemoryError, ReadOnlyError, RedisError

from chatserver.config.load import name_advice
from chatserver.config.settings import Config, ConfigError
from chatserver.config.urls import reason_of
from chatserver.database import libpq
from chatserver.database.migrations import MigrationError, check_schema
from chatserver.telemetry.multiprocess import clean_up, share

POSTGRESQL = 140_000  # the oldest supported version, as PostgreSQL numbers it
REDIS = 7
PATIENCE = 5  # seconds
SOCKET_PATH = 107  # bytes, the limit of Linux
RIGHTS = ("select", "insert", "update", "delete")
READ_ONLY_TABLES = {"migrations"}
OUR_TABLES = """\
select current_user, relname, oid from pg_class where relkind = 'r' and relnamespace =
(select relnamespace from pg_class where oid = 'migrations'::regclass) order by relname"""
# The number of connections that this user may open; -1 means that a user or database has no limit of its own.
ROOM = """\
select least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
             nullif(rolconnlimit, -1), nullif(datconnlimit, -1))
from pg_roles, pg_database where rolname = current_user and datname = current_database()"""
# The commands that processes use for sessions, events and presence, with keys of the same prefix.
REDIS_TRIES: tuple[Callable[[Redis, str], object], ...] = (
    lambda redis, prefix: redis.set(f"{prefix}check", "", ex=1),
    lambda redis, prefix: redis.eval("return redis.call('PUBLISH', ARGV[1], '')", 0, f"{prefix}check"),
    lambda redis, prefix: redis.pubsub_numsub(f"{prefix}check"),
    lambda redis, prefix: _subscribe(redis, f"{prefix}check"),
)


def refuse_to_start(config: Config, *, places: bool = False) -> None:
    """Raises ConfigError with all problems found, one sentence a line.

    `places`: also checks gunicorn's sockets and metrics folder, as far as possible while it may be running already.
    """
    if not config.database_url or not config.redis_url:
        raise ConfigError("DATABASE_URL and REDIS_URL must be set; `make run` starts servers of its own.")
    troubles = [*_database(config), *_redis(config)]
    if places:
        troubles += [*_sockets(config), *_measurements(config)]
    if troubles:
        raise ConfigError("\n".join(troubles))


def advice(config: Config) -> list[str]:
    """Returns warnings about settings that work today but may fail later, one sentence each."""
    sentences = name_advice()
    given = parse_dsn(config.database_url or "")
    if "," in given.get("host", "") and "target_session_attrs" not in given:
        sentences.append(
            "DATABASE_URL names several hosts without target_session_attrs: after a failover the chat may stay with "
            "one that takes no writes. Add ?target_session_attrs=read-write (or any, where each of them takes writes)."
        )
    return sentences


def refuse_address(address: tuple[str, int] | str | int) -> None:
    """Raises ConfigError for an address that cannot be listened on; gunicorn would retry it for five seconds."""
    if isinstance(address, int):  # a socket that is open already
        return
    if isinstance(address, str):
        if trouble := _socket_trouble(address):
            raise ConfigError(trouble)
        return
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        with socket.socket(family) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen()
    except (OSError, OverflowError, UnicodeError) as error:  # an impossible port or host name
        raise ConfigError(f"Cannot listen on {address[0]}:{address[1]}: {reason_of(error)}.") from None


def _sockets(config: Config) -> Iterator[str]:
    for address in config.bind:
        if address.startswith("unix:") and (trouble := _socket_trouble(address[5:].removeprefix("//"))):
            yield trouble


def _socket_trouble(path: str) -> str | None:
    folder, reason = Path(path).parent, None
    if len(path.encode()) > SOCKET_PATH:
        reason = f"its path has more than {SOCKET_PATH} bytes"
    elif not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        reason = f"{folder} is not a folder in which a socket can be created"
    elif Path(path).exists() and not Path(path).is_socket():
        reason = "a file that is not a socket is already there"
    return f"Cannot listen on unix:{path}: {reason}. Fix it, or change BIND." if reason else None


def _measurements(config: Config) -> Iterator[str]:
    """Tries to share metrics as gunicorn's master does."""
    if config.metrics_port:
        try:
            share()
        except ConfigError as error:
            yield str(error)
        else:
            clean_up()


def _database(config: Config) -> Iterator[str]:
    assert config.database_url is not None
    try:
        connection = psycopg2.connect(libpq.dsn(config.database_url, patience=PATIENCE))
    except (psycopg2.Error, UnicodeError, ValueError) as error:
        yield _no_connection(" ".join(str(error).split()))
        return
    with closing(connection):
        connection.autocommit = True
        if connection.server_version < POSTGRESQL:
            version = connection.server_version // 10_000
            yield f"PostgreSQL is version {version}, which is too old: 14 or newer is required."
            return
        try:
            check_schema(config.database_url)
        except MigrationError as error:
            yield str(error)
            return
        try:
            yield from _rights(connection)
            yield from _durability(connection, config)
            yield from _room(connection, config)
        except psycopg2.Error as error:
            yield f"PostgreSQL refuses to show privileges: {' '.join(str(error).split())}."
    if config.database_pooling == "session":
        yield from _pooler(config.database_url)


def _no_connection(reason: str) -> str:
    if "password authentication failed" in reason or "no password supplied" in reason:
        return f"PostgreSQL refuses the user or the password of DATABASE_URL: correct it ({reason})."
    if "does not exist" in reason:
        return f"PostgreSQL has no such database or user: create it, or correct DATABASE_URL ({reason})."
    if "session is read-only" in reason or "not a primary" in reason:
        return f"None of the hosts of DATABASE_URL takes writes: is a standby yet to be promoted? ({reason})."
    return f"PostgreSQL does not answer: {reason}. Is it running, and is DATABASE_URL right?"


def _rights(connection: Connection) -> Iterator[str]:
    cursor = connection.cursor()
    cursor.execute("show transaction_read_only")
    if cursor.fetchone() == ("on",):
        yield (
            "PostgreSQL takes no writes: name the primary in DATABASE_URL, or all hosts and "
            "target_session_attrs=read-write."
        )
    cursor.execute(OUR_TABLES)
    for user, table, oid in cursor.fetchall():
        missing = []
        for right in RIGHTS[:1] if table in READ_ONLY_TABLES else RIGHTS:
            cursor.execute("select has_table_privilege(%s::oid, %s)", [oid, right])
            if cursor.fetchone() == (False,):
                missing.append(right)
        if missing:
            rights = ", ".join(missing)
            yield f"{user} may not {rights} in the table {table}: as its owner, GRANT {rights} ON {table} TO {user}."


def _durability(connection: Connection, config: Config) -> Iterator[str]:
    """Checks that acknowledged messages survive a power cut; in development fsync may be off, as in our tests."""
    watched = ["fsync", "synchronous_commit"] if config.production else ["synchronous_commit"]
    cursor = connection.cursor()
    cursor.execute("select name from pg_settings where setting = 'off' and name = any (%s) order by name", [watched])
    if off := [f"{name} = off" for (name,) in cursor]:
        yield (
            f"PostgreSQL acknowledges what is not on its disk yet, with {' and '.join(off)}: a power cut would lose "
            "what people saw as sent. Turn it on."
        )


def _room(connection: Connection, config: Config) -> Iterator[str]:
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


def _pooler(url: str) -> Iterator[str]:
    """Detects PgBouncer: with transaction pooling no statement can be prepared and no option set for a connection."""
    try:
        psycopg2.connect(libpq.dsn(url, "-c statement_timeout=3000", patience=PATIENCE)).close()
    except psycopg2.Error as error:
        if "startup parameter" not in str(error):
            raise
        yield (
            "DATABASE_URL leads through a PgBouncer that takes no options: if it pools transactions set "
            "DATABASE_POOLING=transaction, else let it have ignore_startup_parameters=options."
        )


def _redis(config: Config) -> Iterator[str]:
    assert config.redis_url is not None
    client = Redis.from_url(config.redis_url, protocol=2, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    prefix = f"{config.redis_prefix}{secrets.token_hex(8)}:"
    with closing(client):
        try:
            information = client.info()
            version = str(information["redis_version"])
            if int(version.partition(".")[0]) < REDIS:
                yield f"Redis is version {version}, which is too old: {REDIS} or newer, or Valkey, is required."
                return
            for attempt in REDIS_TRIES:
                attempt(client, prefix)
            if information.get("maxmemory") and information.get("maxmemory_policy") != "noeviction":
                yield (
                    "Redis throws keys away when it is full, and so signs people out: set maxmemory-policy to "
                    f"noeviction, not {information['maxmemory_policy']}."
                )
        except AuthenticationError as error:
            yield (
                f"Redis refuses the user or the password of REDIS_URL ({error}): they are given like "
                "redis://user:password@host:6379/0."
            )
        except NoPermissionError as error:
            yield (
                "The Redis user of REDIS_URL may not do what is needed: its ACL is in docs/deploy.md, and names "
                f"REDIS_PREFIX, which is {config.redis_prefix} ({error})."
            )
        except ReadOnlyError:
            yield "Redis is read-only, a replica: name the primary in REDIS_URL."
        except OutOfMemoryError:
            yield "Redis is full: raise its maxmemory, or find out what else fills it."
        except (RedisError, OSError) as error:
            yield _redis_trouble(str(error) or type(error).__name__)


def _redis_trouble(reason: str) -> str:
    if "MISCONF" in reason:
        return f"Redis takes no writes, since it cannot save to its disk: is that full? ({reason})."
    return f"Redis does not answer: {reason}. Is it running, and is REDIS_URL right?"


def _subscribe(redis: Redis, channel: str) -> None:
    with closing(redis.pubsub()) as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe(channel)
        pubsub.get_message(timeout=PATIENCE)
