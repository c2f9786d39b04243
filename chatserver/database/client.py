"""Runs the named queries on PostgreSQL, retries lost connections, and keeps the time limit."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, overload
from weakref import WeakKeyDictionary

import psycopg2
from aiopg.connection import Connection, Cursor

from chatserver.database.connect import CONNECTION_ERRORS, Server, connect_to_any, execute
from chatserver.database.pool import Pool
from chatserver.database.queries import Query, load_queries
from chatserver.database.rows import read_rows
from chatserver.errors import Unavailable

R = TypeVar("R")
T = TypeVar("T")

# Errors that persist for the life of a connection: PostgreSQL no longer accepts writes (a primary became a standby);
# prepared statements are gone, are there although we gave their preparation up, or no longer fit the tables.
UNFIT = {"25006", "26000", "42P05"}
UNFIT_PLAN = "cached plan must not change result type"
ATTEMPTS = 3
PAUSE = 0.1  # seconds between attempts


class UnknownOutcome(Unavailable):
    """The connection was lost, or the time ran out, after a write was sent: it may or may not be stored."""


class NotDone(psycopg2.OperationalError):
    """PostgreSQL refused and changed nothing; a retry on a new connection may succeed."""


class Database:
    """Runs the queries of `sql/queries/` by name, each in its own transaction, and returns rows as `record`s.

    The line above a query in its file names the method that may run it; another one raises TypeError. A record is a
    NamedTuple of the columns, or the type of the only column. A call ends within `timeout` seconds, or raises
    Unavailable.
    """

    def __init__(self, pool: Pool, timeout: float, queries: dict[str, Query]) -> None:
        self.pool = pool
        self._timeout = timeout or None
        self._queries = queries
        self._prepared: WeakKeyDictionary[Connection, set[str]] = WeakKeyDictionary()

    async def query(self, name: str, record: type[R], /, **parameters: object) -> list[R]:
        """Returns the rows of a read. Repeats it if the connection is lost."""
        rows: list[R] = await self._repeating("query", name, record, parameters)
        return rows

    async def query_one(self, name: str, record: type[R], /, **parameters: object) -> R | None:
        """Returns the first row of a read, or None."""
        rows = await self.query(name, record, **parameters)
        return rows[0] if rows else None

    @overload
    async def execute_idempotent(self, name: str, /, **parameters: object) -> None: ...
    @overload
    async def execute_idempotent(self, name: str, record: type[R], /, **parameters: object) -> list[R]: ...
    async def execute_idempotent(self, name: str, record: Any = None, /, **parameters: object) -> Any:
        """Returns the rows of a write that may run twice. Repeats it if the connection is lost.

        Raises UnknownOutcome if it may have been stored, and passes psycopg2.IntegrityError on.
        """
        return await self._repeating("execute_idempotent", name, record, parameters)

    @overload
    async def execute_once(self, name: str, /, **parameters: object) -> None: ...
    @overload
    async def execute_once(self, name: str, record: type[R], /, **parameters: object) -> list[R]: ...
    async def execute_once(self, name: str, record: Any = None, /, **parameters: object) -> Any:
        """Returns the rows of a write that must not run twice. Continues even if the caller is cancelled.

        Raises UnknownOutcome if it may have been stored, and passes psycopg2.IntegrityError on.
        """
        self._check("execute_once", name)
        work = self._within_timeout(lambda: self._retrying(lambda: self._run(name, record, parameters), NotDone))
        return await asyncio.shield(asyncio.create_task(work))

    async def close(self) -> None:
        """Closes the pool once the running queries have ended."""
        await self.pool.close()

    async def _repeating(self, method: str, name: str, record: Any, parameters: dict[str, object]) -> Any:
        self._check(method, name)
        return await self._within_timeout(
            lambda: self._retrying(lambda: self._run(name, record, parameters), *CONNECTION_ERRORS)
        )

    def _check(self, method: str, name: str) -> None:
        named = self._queries[name].method
        if method != named:
            raise TypeError(f"{name} is run by {named}, as its file says, and not by {method}")

    async def _within_timeout(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._timeout):
                return await work()
        except TimeoutError:
            raise UnknownOutcome("PostgreSQL did not answer in time") from None
        except CONNECTION_ERRORS as error:
            raise UnknownOutcome(f"PostgreSQL is unavailable: {str(error).strip() or type(error).__name__}") from None

    async def _retrying(self, work: Callable[[], Awaitable[T]], *after: type[Exception]) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await work()
            except after:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(PAUSE * attempt)
        raise AssertionError  # never reached

    async def _run(self, name: str, record: Any, parameters: dict[str, object]) -> Any:
        async with self.pool.connection() as connection, connection.cursor() as cursor:
            try:
                await self._prepare(connection, cursor, name)
                await execute(cursor, self._queries[name].call, parameters)
            except psycopg2.Error as error:
                if error.pgcode not in UNFIT and UNFIT_PLAN not in str(error):
                    raise
                self.pool.renew()
                raise NotDone(str(error)) from None
            if record is None:
                return None
            return read_rows(cursor.description, await cursor.fetchall(), record)

    async def _prepare(self, connection: Connection, cursor: Cursor, name: str) -> None:
        """Prepares a query at its first use on a connection: all of them would take PostgreSQL 5 MiB of each."""
        prepared = self._prepared.setdefault(connection, set())
        if name not in prepared and (statements := self._queries[name].prepare):
            await execute(cursor, statements)
            prepared.add(name)


async def connect(url: str, connections: int, timeout: float, pooling: str = "session") -> Database:
    """Returns a database that has answered. `timeout` in seconds, 0 = none. Raises Unavailable.

    `pooling` "transaction": PgBouncer gives each transaction any free connection, so nothing set or prepared on one
    persists; each call carries what it needs.
    """
    queries = load_queries()
    limit = int(timeout * 1200)  # milliseconds; a little more than ours: the server ends what we gave up
    if pooling == "transaction":
        queries = {
            name: query._replace(prepare="", call=f"set local statement_timeout = {limit}; {query.plain}")
            for name, query in queries.items()
        }
        options = ""
    else:
        # The server notices a client that is gone. Planning the larger queries takes longer than running them: plan
        # once per connection. Every query has its index; without sequential scans a plan made for a small table stays
        # good when the table grows.
        options = (
            f"-c statement_timeout={limit} -c client_connection_check_interval=500 "
            "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
        )
    connect_one = partial(connect_to_any, Server(url), timeout, options)
    database = Database(Pool(connect_one, connections), timeout, queries)
    try:
        await database.query("database_time", datetime)
    except BaseException:
        await database.close()
        raise
    return database
