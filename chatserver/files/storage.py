"""Where the bytes of files lie, behind three functions: a folder, or a bucket of S3."""

from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple, Protocol

SMALL = ".small"  # after the key of a file: its small picture


class Stored(NamedTuple):
    """Stored bytes: in a file of this machine, or else `size` bytes in chunks."""

    path: Path | None
    size: int = 0
    chunks: AsyncIterator[bytes] | None = None


class Storage(Protocol):
    """Stores bytes under keys: UUIDs of ours, perhaps with `SMALL` behind. Content of a key never changes."""

    temporary: Path | None  # a folder for uploads under way, on the same disk; None: the system's

    async def put(self, key: str, source: IO[bytes]) -> None:
        """Stores a file from its beginning, for good: it outlives a power cut. Raises ChatError, OSError."""

    async def open(self, key: str, start: int = 0, end: int | None = None) -> Stored:
        """Returns stored bytes, from `start` up to `end`, or the file with them all. Raises Unavailable."""

    async def delete(self, key: str) -> None:
        """Removes the bytes under a key, if there are any. Raises Unavailable."""


def temporary_file(storage: Storage) -> IO[bytes]:
    """Returns a file that has no name, and so does not outlive its process; unbuffered, to be shared with others."""
    return TemporaryFile(dir=storage.temporary, buffering=0)


async def remove(storage: Storage | None, key: str) -> None:
    """Removes the bytes of a file, and those of its small picture. Raises Unavailable."""
    if storage is not None:
        await storage.delete(key)
        await storage.delete(key + SMALL)
