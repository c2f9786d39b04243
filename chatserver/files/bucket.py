"""Stores files in a bucket of S3, or of what speaks its protocol, by obstore: its own threads do the requests."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from chatserver.errors import Unavailable
from chatserver.files.storage import Stored

PART = 5 * 1024**2  # bytes of a part of a large upload, the least that S3 takes; one at a time is in memory
CHUNK = 64 * 1024  # bytes
PATIENCE = "30s"  # for one request


class Bucket:
    """Stores the bytes of a key as an object of that name; any number of servers may share the bucket."""

    temporary: Path | None = None

    def __init__(self, url: str) -> None:
        """`url`: https://KEY:SECRET@host/bucket/prefix?region=…; without a key, from the environment (AWS_…)."""
        parts = urlsplit(url)
        bucket, _, prefix = parts.path.strip("/").partition("/")
        host = parts.hostname or ""
        config: Any = {
            "endpoint": f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else ""),
            "region": parse_qs(parts.query).get("region", ["us-east-1"])[0],
            "virtual_hosted_style_request": False,
        }
        if parts.username and parts.password:
            config |= {"access_key_id": unquote(parts.username), "secret_access_key": unquote(parts.password)}
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options={"allow_http": parts.scheme == "http", "timeout": PATIENCE, "connect_timeout": "5s"},
            retry_config={"max_retries": 2},
        )

    async def put(self, key: str, source: IO[bytes]) -> None:
        """Stores a file from its beginning. Raises Unavailable."""
        source.seek(0)
        try:
            await obstore.put_async(self._store, key, source, chunk_size=PART, max_concurrency=1)
        except BaseError as error:
            raise _unavailable(error) from None

    async def open(self, key: str, start: int = 0, end: int | None = None) -> Stored:
        """Returns the bytes from `start` up to `end`, or all. Raises Unavailable."""
        try:
            part: Any = None if end is None else {"range": (start, end)}
            found = await obstore.get_async(self._store, key, options=part)
        except (BaseError, FileNotFoundError) as error:
            raise _unavailable(error) from None
        return Stored(None, found.meta["size"], self._chunks(found))

    async def _chunks(self, found: Any) -> AsyncIterator[bytes]:
        try:
            async for chunk in found.stream(CHUNK):
                yield bytes(chunk)
        except BaseError as error:
            raise _unavailable(error) from None

    async def delete(self, key: str) -> None:
        """Removes an object; of one that is not there, S3 says nothing. Raises Unavailable."""
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _unavailable(error) from None


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"the storage of files does not answer as it should: {str(error).splitlines()[0]}")
