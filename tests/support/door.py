"""A door to PostgreSQL that a test can shut."""

import asyncio

from psycopg2.extensions import make_dsn, parse_dsn

from tests.support.proxy import Proxy, Streams


class Door:
    """A relay to PostgreSQL: while shut, it rejects and counts connections; while silent, it leaves them waiting."""

    def __init__(self, database_url: str) -> None:
        self._parts = parse_dsn(database_url)
        self.shut = False
        self.turned_away = 0
        self._proxy = Proxy(self._enter)

    async def open(self) -> str:
        """Opens it, and returns the URL that leads through it."""
        return str(make_dsn(**self._parts | {"host": "127.0.0.1", "port": str(await self._proxy.start())}))

    @property
    def silent(self) -> bool:
        return self._proxy.silent

    @silent.setter
    def silent(self, silent: bool) -> None:
        self._proxy.silent = silent

    async def _enter(self) -> Streams:
        if self.shut:
            self.turned_away += 1
            raise ConnectionRefusedError
        return await asyncio.open_unix_connection(f"{self._parts['host']}/.s.PGSQL.{self._parts.get('port', '5432')}")

    async def close(self) -> None:
        await self._proxy.stop()
