"""Runs the named queries on PostgreSQL, retries lost connections, and keeps the time limit."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import psycopg2

from chatserver.database.connect import CONNECTION_ERRORS, Place, connect_somewhere, execute
from chatserver.database.pool import Pool
from chatserver.database.queries import Query, load_queries
from chatserver.errors import Unavailable

Row = tuple[Any, ...]
T = TypeVar("T")

# Errors that persist for the life of a connection: PostgreSQL no longer accepts writes (a primary became a standby);
# prepared statements are gone, or their plans no longer fit the tables.
UNFIT = {"25006", "26000"}
UNFIT_PLAN = "cached plan must not change result type"
ATTEMPTS = 3
PAUSE = 0.1  # seconds between attempts


class UnknownOutcome(Unavailable):
    """The connection was lost, or the time ran out, after a write was sent: it may or may not be stored."""


class NotDone(psycopg2.OperationalError):
    """PostgreSQL refused and changed nothing; a retry on a new connection may succeed."""


class Database:
    """Runs the queries of `sql/queries/` by name, each in its own transaction.

    The line above a query in its file names the method that may run it; another one raises TypeError. A call ends
    within `timeout` seconds, or raises Unavailable.
    """

    def __init__(self, pool: Pool, timeout: float, queries: dict[str, Query]) -> None:
        self.pool = pool
        self._timeout = timeout or None
        self._queries = queries

    async def query(self, name: str, /, **parameters: object) -> list[Row]:
        """Returns the rows of a read. Repeats it if the connection is lost."""
        return await self._repeating(self._call("query", name), parameters)

    async def query_one(self, name: str, /, **parameters: object) -> Row | None:
        """Returns the first row of a read, or None."""
        rows = await self.query(name, **parameters)
        return rows[0] if rows else None

    async def execute_idempotent(self, name: str, /, **parameters: object) -> list[Row]:
        """Returns the rows of a write that may run twice. Repeats it if the connection is lost.

        Raises UnknownOutcome if it may have been stored, and passes psycopg2.IntegrityError on.
        """
        return await self._repeating(self._call("execute_idempotent", name), parameters)

    async def execute_once(self, name: str, /, **parameters: object) -> list[Row]:
        """Returns the rows of a write that must not run twice. Continues even if the caller is cancelled.

        Raises UnknownOutcome if it may have been stored, and passes psycopg2.IntegrityError on.
        """
        call = self._call("execute_once", name)
        work = self._in_time(lambda: self._retrying(lambda: self._run(call, parameters), NotDone))
        return await asyncio.shield(asyncio.create_task(work))

    async def close(self) -> None:
        """Closes the pool once the running queries have ended."""
        await self.pool.close()

    def _call(self, method: str, name: str) -> str:
        query = self._queries[name]
        if query.method != method:
            raise TypeError(f"{name} is run by {query.method}, as its file says, and not by {method}")
        return query.call

    async def _repeating(self, call: str, parameters: dict[str, object]) -> list[Row]:
        return await self._in_time(lambda: self._retrying(lambda: self._run(call, parameters), *CONNECTION_ERRORS))

    async def _in_time(self, work: Callable[[], Awaitable[T]]) -> T:
        task = asyncio.current_task()
        assert task is not None
        cancelled = task.cancelling()
        try:
            async with asyncio.timeout(self._timeout):
                result = await work()
                if task.cancelling() > cancelled:  # swallowed by aiopg's wait_for on 3.11, if it comes with the answer
                    raise asyncio.CancelledError
                return result
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

    async def _run(self, call: str, parameters: dict[str, object]) -> list[Row]:
        async with self.pool.connection() as connection, connection.cursor() as cursor:
            try:
                await execute(cursor, call, parameters)
            except psycopg2.Error as error:
                if error.pgcode not in UNFIT and UNFIT_PLAN not in str(error):
                    raise
                self.pool.renew()
                raise NotDone(str(error)) from None
            rows: list[Row] = await cursor.fetchall() if cursor.description else []
            return rows


async def connect(url: str, connections: int, timeout: float, pooling: str = "session") -> Database:
    """Returns a database that has answered. `timeout` in seconds, 0 = none. Raises Unavailable.

    `pooling` "transaction": PgBouncer gives each transaction any free connection, so nothing set or prepared on one
    persists; each call carries what it needs.
    """
    queries = load_queries()
    limit = int(timeout * 1200)  # milliseconds; a little more than ours: the server ends what we gave up
    if pooling == "transaction":
        queries = {
            name: query._replace(call=f"set local statement_timeout = {limit}; {query.plain}")
            for name, query in queries.items()
        }
        connect_one = partial(connect_somewhere, Place(url), timeout, "", "")
    else:
        # The server notices a client that is gone. Planning the larger queries takes longer than running them: plan
        # once per connection. Every query has its index; without sequential scans a plan made for a small table stays
        # good when the table grows.
        options = (
            f"-c statement_timeout={limit} -c client_connection_check_interval=500 "
            "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
        )
        prepare = "".join(query.prepare for query in queries.values())
        connect_one = partial(connect_somewhere, Place(url), timeout, options, prepare)
    database = Database(Pool(connect_one, connections), timeout, queries)
    try:
        await database.query("database_time")
    except BaseException:
        await database.close()
        raise
    return database
