"""Opens one connection to PostgreSQL by aiopg, at the first of its addresses that accepts."""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass

import aiopg
import psycopg2
import psycopg2.extensions
from aiopg.connection import Connection, Cursor

from chatserver.database import libpq

# The errors of a lost connection. aiopg raises RuntimeError ("UVPoll closed") under uvloop, AssertionError on
# Python 3.13.
CONNECTION_ERRORS = (psycopg2.OperationalError, psycopg2.InterfaceError, RuntimeError, AssertionError, OSError)


@dataclass
class Server:
    """The URL of PostgreSQL, and which of its addresses answered last."""

    url: str
    last: str = ""


async def connect_to_any(server: Server, timeout: float, options: str) -> Connection:
    """Connects to the first address that accepts, starting with the last one that did.

    libpq could try the addresses itself, but it replaces its socket unnoticed by aiopg, and its name lookup blocks the
    event loop.
    """
    addresses = sorted(await _addresses(server.url, options), key=lambda address: address != server.last)
    for address in addresses:
        try:
            async with asyncio.timeout(timeout / len(addresses) if timeout else None):
                connection = await _connect(address)
        except (*CONNECTION_ERRORS, TimeoutError):
            if address == addresses[-1]:
                raise
        else:
            server.last = address
            return connection
    raise AssertionError  # there is always one address


async def _connect(address: str) -> Connection:
    async def connect() -> Connection:
        return await aiopg.connect(
            address,
            timeout=None,  # type: ignore[arg-type]  # callers have their own; aiopg's costs a timer for each query
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


async def execute(cursor: Cursor, statement: str, parameters: dict[str, object] | None = None) -> None:
    """Translates a cancellation by the server (statement_timeout, pg_cancel_backend): aiopg raises CancelledError."""
    try:
        await cursor.execute(statement, parameters)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise psycopg2.OperationalError("the server cancelled the query") from None
