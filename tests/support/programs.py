"""Other programs of the site, which use the API with a key of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from chatserver.accounts.api_keys import make_key
from chatserver.config.settings import Config
from chatserver.database import client as db
from tests.support.database import execute
from tests.support.people import Person

V1 = "/messages/api/v1/"


class Reply(NamedTuple):
    """What a call is answered with; `body` is None without one."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        """The error's code, '' without an error."""
        return str((self.body or {}).get("code", ""))

    @property
    def refusal(self) -> tuple[int, str]:
        return self.status, self.code


class Program:
    """A program that calls the API; paths are below `V1`, as they go over the wire."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
        """Calls with a JSON body, or with what `options` send."""
        json = {"json": body} if body is not None else {}
        address = URL(V1 + path, encoded=True)
        async with self.http.request(method, address, allow_redirects=False, **json, **options) as response:
            has_json = response.content_type == "application/json"
            return Reply(response.status, await response.json() if has_json else None, response.headers)

    async def get(self, path: str) -> Reply:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any) -> Reply:
        return await self.call("POST", path, body)

    async def put(self, path: str, body: Any) -> Reply:
        return await self.call("PUT", path, body)

    async def delete(self, path: str) -> Reply:
        return await self.call("DELETE", path)


async def new_key(config: Config, name: str, *scopes: str) -> str:
    """A key of these scopes, made as `key create` does."""
    database = await db.connect(str(config.database_url), 1, timeout=0)
    try:
        key = await make_key(database, name, scopes)
    finally:
        await database.close()
    assert key is not None
    return key


@asynccontextmanager
async def program(url: URL, key: str) -> AsyncIterator[Program]:
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    async with aiohttp.ClientSession(url, headers=headers) as http:
        yield Program(http)


def known_as(config: Config, person: Person, sub: str) -> str:
    """Lets the site know somebody who has signed up here, and returns the subject."""
    execute(
        str(config.database_url),
        "insert into identities (issuer, subject, user_id, version)"
        f" values ('{config.sso_issuer}', '{sub}', {person.id}, 1)",
    )
    return sub
