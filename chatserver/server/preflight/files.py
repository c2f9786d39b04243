"""Checks that files can be stored, and that all servers of a database store them in the same place."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from uuid import uuid4

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812

from chatserver.config.settings import Config
from chatserver.database import libpq
from chatserver.errors import ChatError
from chatserver.files.storage import Storage
from chatserver.files.storages import storage_of

MARK = "chatserver.id"  # the key of the id that a storage shares with its database
PATIENCE = 5  # seconds


def files_problems(config: Config) -> Iterator[str]:
    """Stores, reads and removes a file; in production compares the id of the storage with that of the database."""
    storage = storage_of(config)
    if storage is None:
        return
    place = "FILES_URL" if config.files_url else "FILES_DIR"
    try:
        asyncio.run(_try(storage))
        if config.production and not _is_known(config, storage):
            yield (
                f"{place} leads to another place than the one that this database knows: all servers must share one. "
                f"If it has moved, everything in it must come along, also {MARK}."
            )
    except (OSError, ChatError) as error:
        yield f"Files cannot be stored: {error}. {place} must lead to a place that this user can write to."


def files_advice(config: Config) -> list[str]:
    """Returns a warning if nobody can send files."""
    if config.files_dir or config.files_url:
        return []
    return ["Nobody can send pictures or files: FILES_DIR names a folder for them, or FILES_URL a bucket of S3."]


async def _try(storage: Storage) -> None:
    key = f"check-{uuid4()}"
    await storage.put(key, BytesIO(b"check"))
    await storage.open(key)
    await storage.delete(key)


def _is_known(config: Config, storage: Storage) -> bool:
    assert config.database_url is not None
    try:
        connection = psycopg2.connect(libpq.dsn(config.database_url, patience=PATIENCE))
        with closing(connection):
            connection.autocommit = True
            known, is_used = _known_place(connection)
    except psycopg2.Error:
        return True  # another check says what PostgreSQL lacks
    mark = asyncio.run(_mark(storage))
    if mark is None and not is_used:  # a new place
        asyncio.run(storage.put(MARK, BytesIO(known.encode())))
        return True
    return mark == known


def _known_place(connection: Connection) -> tuple[str, bool]:
    """Returns the id that the database knows, now if not before, and whether it has any files."""
    cursor = connection.cursor()
    cursor.execute("insert into file_places (id) values (%s) on conflict do nothing", [str(uuid4())])
    cursor.execute("select id::text, exists (select from files) from file_places")
    found: tuple[str, bool] | None = cursor.fetchone()
    assert found is not None
    return found


async def _mark(storage: Storage) -> str | None:
    try:
        stored = await storage.open(MARK)
    except ChatError:
        return None
    if stored.path is not None:
        return stored.path.read_text()
    assert stored.chunks is not None
    return b"".join([chunk async for chunk in stored.chunks]).decode()
