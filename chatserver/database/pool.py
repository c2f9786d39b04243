"""PostgreSQL through aiopg: the pool, the named queries, and a workaround for every pitfall of aiopg 1.4.0."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple, TypeVar

import aiopg
import psycopg2
import psycopg2.extensions
from aiopg.connection import Connection, Cursor

from chatserver.database import libpq
from chatserver.errors import Unavailable
from chatserver.resources import folder

Row = tuple[Any, ...]
T = TypeVar("T")

# The errors of a lost connection. aiopg raises RuntimeError ("UVPoll closed") under uvloop, AssertionError on
# Python 3.13.
CONNECTION_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError, RuntimeError, AssertionError, OSError)
# Errors that persist for the life of a connection: PostgreSQL no longer accepts writes (a primary became a standby);
# prepared statements are gone, or their plans no longer fit the tables.
UNFIT = {"25006", "26000"}
UNFIT_PLAN = "cached plan must not change result type"
ATTEMPTS = 3
PAUSE = 0.1  # seconds between attempts
PARAMETER = re.compile(r"%\((\w+)\)s((?:::\w+(?:\[\])?)?)")


class UnknownOutcome(Unavailable):
    """The connection was lost, or the time ran out, after a write was sent: it may or may not be stored."""


class NotDone(psycopg2.OperationalError):
    """PostgreSQL refused and changed nothing; a retry on a new connection may succeed."""


class Database:
    """Runs the queries of `sql/queries/` by name, as `calls` spells them. Each call is its own transaction.

    A call ends within `timeout` seconds, or raises Unavailable.
    """

    def __init__(self, pool: "Pool", timeout: float, calls: dict[str, str]) -> None:
        self.pool = pool
        self._timeout = timeout or None
        self._calls = calls

    async def fetch(self, name: str, /, **parameters: object) -> list[Row]:
        """Returns the rows of a query that may run twice: a read or an idempotent write. Retries a lost connection."""
        return await self._in_time(lambda: self._retrying(lambda: self._run(name, parameters), *CONNECTION_ERRORS))

    async def fetch_one(self, name: str, /, **parameters: object) -> Row | None:
        """Returns the first row of such a query, or None."""
        rows = await self.fetch(name, **parameters)
        return rows[0] if rows else None

    async def write(self, name: str, /, **parameters: object) -> list[Row]:
        """Returns the rows of a write that must not run twice. Continues even if the caller is cancelled.

        Raises UnknownOutcome if the write may have been stored, and passes psycopg2.IntegrityError on.
        """
        work = self._in_time(lambda: self._retrying(lambda: self._run(name, parameters), NotDone))
        return await asyncio.shield(asyncio.create_task(work))

    async def close(self) -> None:
        """Closes the pool once the running queries have ended."""
        await self.pool.close()

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

    async def _run(self, name: str, parameters: dict[str, object]) -> list[Row]:
        async with self.pool.connection() as connection, connection.cursor() as cursor:
            try:
                await _execute(cursor, self._calls[name], parameters)
            except psycopg2.Error as error:
                if error.pgcode not in UNFIT and UNFIT_PLAN not in str(error):
                    raise
                self.pool.renew()
                raise NotDone(str(error)) from None
            rows: list[Row] = await cursor.fetchall() if cursor.description else []
            return rows


async def _execute(cursor: Cursor, statement: str, parameters: dict[str, object] | None = None) -> None:
    """Translates a cancellation by the server (statement_timeout, pg_cancel_backend): aiopg raises CancelledError."""
    try:
        await cursor.execute(statement, parameters)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise psycopg2.OperationalError("the server cancelled the query") from None


class Pool:
    """Holds at most `size` connections, each opened on first use and after it was lost.

    Replaces aiopg's pool, which holds its lock while it connects, so that a hanging PostgreSQL also blocks waiters
    whose time is up, and which wakes no waiter when a closed connection is returned.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self.size = size
        self.waiting = 0
        self._closed = False
        self._fit: set[Connection] = set()  # connections that may be reused
        self._slots: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()  # last in, first out: the warmest
        for _ in range(size):
            self._slots.put_nowait(None)

    @property
    def used(self) -> int:
        """The number of connections in use."""
        return self.size - self._slots.qsize()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lends a connection, and opens one if need be. Raises Unavailable once the pool is closed."""
        self.waiting += 1
        try:
            slot = await self._slots.get()
        finally:
            self.waiting -= 1
        try:
            if self._closed:
                raise Unavailable("the server is stopping")
            if slot not in self._fit or slot.closed:
                left, slot = slot, None
                await self._leave(left)
                slot = await self._connect()
                self._fit.add(slot)
            yield slot
        finally:
            self._slots.put_nowait(slot)

    def renew(self) -> None:
        """Retires all open connections: later callers get new ones, perhaps to another host."""
        self._fit.clear()

    async def close(self) -> None:
        """Waits for running queries, then closes all connections; refuses later callers."""
        slots = [await self._slots.get() for _ in range(self.size)]
        self._closed = True
        for slot in slots:
            await self._leave(slot)
            self._slots.put_nowait(None)

    async def _leave(self, slot: Connection | None) -> None:
        """Closes a connection unless it is closed: aiopg would touch its descriptor, which may have a new owner."""
        self._fit.discard(slot)
        if slot is not None and not slot.closed:
            await slot.close()


async def connect(url: str, connections: int, timeout: float, pooling: str = "session") -> Database:
    """Returns a database that has answered. `timeout` in seconds, 0 = none. Raises Unavailable.

    `pooling` "transaction": PgBouncer gives each transaction any free connection, so nothing set or prepared on one
    persists; each call carries what it needs.
    """
    queries = load_queries()
    limit = int(timeout * 1200)  # milliseconds; a little more than ours: the server ends what we gave up
    if pooling == "transaction":
        calls = {name: f"set local statement_timeout = {limit}; {query.plain}" for name, query in queries.items()}
        connect_one = partial(_connect_somewhere, _Place(url), timeout, "", "")
    else:
        calls = {name: query.call for name, query in queries.items()}
        # The server notices a client that is gone. Planning the larger queries takes longer than running them: plan
        # once per connection. Every query has its index; without sequential scans a plan made for a small table stays
        # good when the table grows.
        options = (
            f"-c statement_timeout={limit} -c client_connection_check_interval=500 "
            "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
        )
        prepare = "".join(query.prepare for query in queries.values())
        connect_one = partial(_connect_somewhere, _Place(url), timeout, options, prepare)
    database = Database(Pool(connect_one, connections), timeout, calls)
    try:
        await database.fetch("database_time")
    except BaseException:
        await database.close()
        raise
    return database


@dataclass
class _Place:
    """The URL of PostgreSQL, and which of its addresses answered last."""

    url: str
    last: str = ""


async def _connect_somewhere(place: _Place, timeout: float, options: str, prepare: str) -> Connection:
    """Connects to the first address that accepts, starting with the last one that did.

    libpq could try the addresses itself, but it replaces its socket unnoticed by aiopg, and its name lookup blocks the
    event loop.
    """
    addresses = sorted(await _addresses(place.url, options), key=lambda address: address != place.last)
    for address in addresses:
        try:
            async with asyncio.timeout(timeout / len(addresses) if timeout else None):
                connection = await _prepared(await _connect(address), prepare)
        except (*CONNECTION_ERRORS, TimeoutError):
            if address == addresses[-1]:
                raise
        else:
            place.last = address
            return connection
    raise AssertionError  # there is always one address


async def _prepared(connection: Connection, statements: str) -> Connection:
    """Runs the statements and returns the connection; closes it if they fail or are cancelled."""
    try:
        if statements:
            async with connection.cursor() as cursor:
                await _execute(cursor, statements)
    except BaseException:
        await connection.close()
        raise
    return connection


async def _connect(address: str) -> Connection:
    async def connect() -> Connection:
        return await aiopg.connect(
            address,
            enable_hstore=False,  # would query the server for types that are not used
            enable_uuid=False,
            application_name="chatserver",
        )

    try:
        return await connect()
    except RuntimeError:  # uvloop's, once, for a descriptor that a refused socket had before
        return await connect()


async def _addresses(url: str, options: str) -> list[str]:
    """Returns a connection string for each address of each host of a URL."""
    given = libpq.parameters(url, options)
    if not given.get("host") or "hostaddr" in given:
        return [psycopg2.extensions.make_dsn(**given)]
    hosts, ports = given["host"].split(","), given.get("port", "").split(",")
    found = []
    for host, port in zip(hosts, ports * len(hosts) if len(ports) == 1 else ports, strict=False):
        one = given | {"host": host, "port": port}
        if not host or host.startswith("/"):
            found.append(psycopg2.extensions.make_dsn(**one))
            continue
        with suppress(OSError):  # the name does not resolve: another host may
            known = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found += [psycopg2.extensions.make_dsn(**one, hostaddr=name[0]) for *_, name in known]
    if not found:
        raise psycopg2.OperationalError(f"the host of DATABASE_URL is not known: {given.get('host')}")
    return found


class Query(NamedTuple):
    """The SQL of one query. `prepare` runs once per connection; then `call` runs the statements, with named parameters.

    `plain` runs them unprepared.
    """

    prepare: str
    call: str
    plain: str


@cache
def load_queries() -> dict[str, Query]:
    """The queries by name: each stands under `-- name: …` in a file of `sql/queries/`.

    Replaces aiosql, which has no adapter for aiopg.
    """
    queries: dict[str, Query] = {}
    for path in sorted((folder("sql") / "queries").glob("*.sql")):
        _, *pairs = re.split(r"^-- name: (\w+)\n", path.read_text("utf-8"), flags=re.MULTILINE)
        queries |= {name: _query(name, body) for name, body in zip(pairs[::2], pairs[1::2], strict=True)}
    return queries


def _query(name: str, body: str) -> Query:
    statements = [part for part in re.sub(r"--.*", "", body).split(";") if part.strip()]
    parts = [_statement(f"{name}_{number}", statement) for number, statement in enumerate(statements)]
    return Query(*("".join(texts) for texts in zip(*parts, strict=True)))


def _statement(name: str, statement: str) -> Query:
    """Turns parameters into `$1`, `$2`…; a type given at one place of a parameter also applies to the value passed."""
    types: dict[str, str] = {}
    for parameter, type_ in PARAMETER.findall(statement):
        types[parameter] = types.get(parameter) or type_
    places = {parameter: f"${place}" for place, parameter in enumerate(types, 1)}
    body = PARAMETER.sub(lambda found: places[found[1]] + found[2], statement).replace("%%", "%")
    given = ", ".join(f"%({parameter})s{type_}" for parameter, type_ in types.items())
    return Query(
        f"prepare {name} as {body};",
        f"execute {name}({given});" if given else f"execute {name};",
        PARAMETER.sub(lambda found: f"%({found[1]})s{types[found[1]]}", statement) + ";",
    )
