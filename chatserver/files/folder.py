"""Stores files in a folder: written beside, renamed, and on the disk before anybody is told."""

import contextlib
import os
import shutil
import stat
from pathlib import Path
from typing import IO

from chatserver.errors import Unavailable
from chatserver.files.storage import Stored
from chatserver.files.threads import in_thread

# Of new folders and files, whatever the umask: nginx, in the chat's group, reads them (FILES_ACCEL).
FOLDER_MODE, FILE_MODE = 0o750, 0o640
PIECE = 64 * 1024  # bytes in memory at once


class Folder:
    """Stores the bytes of a key `abcd…` as `ab/cd/abcd…`; several servers may share the folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.temporary: Path | None = root
        with contextlib.suppress(OSError):  # `check` tells, and so does whoever uploads
            _make(root)

    def path(self, key: str) -> Path:
        """Returns where the bytes of a key lie."""
        return self._root / key[:2] / key[2:4] / key

    async def put(self, key: str, source: IO[bytes]) -> None:
        """Stores a file from its beginning. Raises OSError."""
        await in_thread(self._put, self.path(key), source)

    def _put(self, path: Path, source: IO[bytes]) -> None:
        part = path.with_name(path.name + ".part")
        _make(path.parent)
        try:
            with part.open("xb") as file:
                os.fchmod(file.fileno(), FILE_MODE)
                source.seek(0)
                shutil.copyfileobj(source, file, PIECE)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    async def open(self, key: str, start: int = 0, end: int | None = None) -> Stored:  # noqa: ARG002
        """Returns the path; aiohttp sends the range. Raises Unavailable if there is no such file."""
        path = self.path(key)
        if not await in_thread(path.is_file):
            raise Unavailable(f"the bytes of the file {key} are missing")
        return Stored(path)

    async def delete(self, key: str) -> None:
        """Removes the bytes under a key, and what is left of an attempt to store them. Raises Unavailable."""
        path = self.path(key)
        try:
            for file in (path, path.with_name(path.name + ".part")):
                await in_thread(lambda file=file: file.unlink(missing_ok=True))
        except OSError as error:
            raise Unavailable(f"the file {key} cannot be removed: {error}") from None


def _make(folder: Path) -> None:
    """Makes a folder whose parents are there or are made, so that a power cut leaves it there."""
    if not folder.is_dir():
        _make(folder.parent)
        with contextlib.suppress(FileExistsError):  # another process was faster
            folder.mkdir(FOLDER_MODE)
            folder.chmod(FOLDER_MODE | folder.stat().st_mode & stat.S_ISGID)  # an operator may have set its group
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
