"""Receives uploads: reserves the id, spools the body, encodes pictures, stores the bytes; only then the file is there.

A process may die at any point: the row of the upload names the key of its bytes, and whoever uploads the id again, or
the sweeper, has them removed.
"""

import asyncio
import errno
import logging
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import IO, NamedTuple
from uuid import uuid4

from chatserver.config.settings import Config
from chatserver.conversations.message_files import MessageFile
from chatserver.database.client import Database
from chatserver.errors import ChatError, Unavailable
from chatserver.files.pictures import HEAD, TYPE, Pictures, is_picture
from chatserver.files.storage import SMALL, Storage, remove, temporary_file
from chatserver.files.threads import in_thread

log = logging.getLogger(__name__)

SIGN, SILENCE = 5.0, 20.0  # seconds between signs of an upload; without one, after which it counts as dead
PIECE, MIB = 64 * 1024, 1024**2  # bytes: written at once; of the limit in sentences
RETRY_AFTER = 2  # seconds
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class NewFile(NamedTuple):
    """An upload: the id is the client's, in lower case; name and type are clean.

    `length` is its number of bytes, None if unknown; `at_most` is a bound, if that is known.
    """

    user_id: int
    id: str
    name: str
    type: str
    length: int | None
    at_most: int | None = None


class Uploads:
    """Receives files, and removes those that their uploader does not send; without a storage there is no room.

    `check_rate` counts an upload of a user and raises ChatError `too_many` over the limit.
    """

    def __init__(
        self, db: Database, config: Config, storage: Storage | None, check_rate: Callable[[int], None]
    ) -> None:
        self._db = db
        self._config = config
        self.storage = storage
        self._pictures = Pictures(config)
        self._check_rate = check_rate
        self._under_way: Counter[int] = Counter()

    async def receive(self, new: NewFile, chunks: AsyncIterator[bytes]) -> tuple[MessageFile, bool]:
        """Stores the body as a file; returns it, and whether it is new: of one that is there the body is not read.

        Leaves nothing if it raises ChatError: `too_many`, `no_such_file` for another user's id, `duplicate_id` for that
        of a deleted message, `no_room`, `too_big`, `no_file`, `bad_picture`, `unavailable`; or what `chunks` raises.
        """
        storage, most = self.storage, self._config.max_file_bytes
        if storage is None:
            raise ChatError("no_room")
        with self._counted(new.user_id):
            key = str(uuid4())
            if await self._reserve(new, key) == "ready":
                (there,) = await self._db.query("uploaded_file", MessageFile, id=new.id, user_id=new.user_id)
                return there, False
            try:
                if most and (new.length or 0) > most:
                    raise self._too_big()
                async with self._giving_signs(new, key):
                    with _refusing_full_disks(), temporary_file(storage) as file:
                        await in_thread(self._refuse_full_disk, storage, new.length or 0)
                        size = await self._spool(file, chunks)
                        return await self._store(storage, new, key, file, size), True
            except BaseException:
                with suppress(Unavailable):
                    await self._db.execute_idempotent("abandon_upload", id=new.id, key=key)
                raise

    async def discard(self, user_id: int, file_id: str) -> None:
        """Removes a file that its uploader has not sent. Raises ChatError `no_such_file` for a sent or another's."""
        keys = await self._db.execute_idempotent("discard_file", str, id=file_id, user_id=user_id)
        if not keys and await self._db.query_one("is_used_file", bool, id=file_id):
            raise ChatError("no_such_file")
        for key in keys:
            with suppress(Unavailable):  # the sweeper will
                await remove(self.storage, key)

    @contextmanager
    def _counted(self, user_id: int) -> Iterator[None]:
        most = self._config.uploads_at_once
        if most and self._under_way[user_id] >= most:
            raise ChatError("too_many", RETRY_AFTER)
        self._check_rate(user_id)
        self._under_way[user_id] += 1
        try:
            yield
        finally:
            self._under_way -= Counter([user_id])  # forgets those at 0

    async def _reserve(self, new: NewFile, key: str) -> str:
        most = self._config.max_file_bytes
        known = [size for size in (new.length, new.at_most, most or None) if size is not None]
        outcomes = await self._db.execute_idempotent(
            "reserve_upload",
            str,
            user_id=new.user_id,
            id=new.id,
            key=key,
            name=new.name,
            type=new.type,
            bytes=min(known, default=0),
            quota=self._config.file_quota,
            silence=SILENCE,
        )
        outcome = outcomes[0] if outcomes else "unavailable"
        if outcome not in {"reserved", "ready"}:
            raise ChatError(outcome, RETRY_AFTER if outcome == "unavailable" else None)
        return outcome

    @asynccontextmanager
    async def _giving_signs(self, new: NewFile, key: str) -> AsyncIterator[None]:
        async def give() -> None:
            while True:
                await asyncio.sleep(SIGN)
                with suppress(Unavailable):
                    await self._touch(new.id, key)

        task = asyncio.create_task(give())
        try:
            yield
        finally:
            task.cancel()

    async def _touch(self, file_id: str, key: str) -> bool:
        return bool(await self._db.execute_idempotent("touch_upload", int, id=file_id, key=key))

    async def _spool(self, file: IO[bytes], chunks: AsyncIterator[bytes]) -> int:
        """Writes the body to a temporary file; returns its size in bytes."""
        most, size, piece = self._config.max_file_bytes, 0, bytearray()
        async for chunk in chunks:
            size += len(chunk)
            if most and size > most:
                raise self._too_big()
            piece += chunk
            if len(piece) >= PIECE:
                await in_thread(_write, file, piece)
                piece = bytearray()
        if not size:
            raise ChatError("no_file")
        await in_thread(_write, file, piece)
        return size

    async def _store(self, storage: Storage, new: NewFile, key: str, file: IO[bytes], size: int) -> MessageFile:
        """Stores the bytes, or those of the picture that they are."""
        file.seek(0)
        if is_picture(file.read(HEAD)):
            with temporary_file(storage) as shown, temporary_file(storage) as small:
                picture = await self._pictures.encode(file, shown, small)
                if picture is not None:
                    made = MessageFile(new.id, new.name, TYPE, os.fstat(shown.fileno()).st_size, *picture)
                    return await self._keep(storage, key, made, {key: shown, key + SMALL: small})
        return await self._keep(storage, key, MessageFile(new.id, new.name, new.type, size), {key: file})

    async def _keep(self, storage: Storage, key: str, made: MessageFile, parts: dict[str, IO[bytes]]) -> MessageFile:
        """Stores the bytes under their keys. The file is there once its row says so, unless it was cancelled."""
        is_wanted = await self._touch(made.id, key)
        for part, file in parts.items() if is_wanted else ():
            await storage.put(part, file)
        if is_wanted and await self._db.execute_idempotent(
            "finish_upload",
            int,
            id=made.id,
            key=key,
            type=made.type,
            bytes=made.bytes,
            width=made.width,
            height=made.height,
            is_animated=made.animated,
            has_small=len(parts) > 1,
        ):
            return made
        for part in parts:
            await storage.delete(part)
        raise ChatError("unavailable", RETRY_AFTER)

    def _too_big(self) -> ChatError:
        return ChatError("too_big", max=self._config.max_file_bytes // MIB)

    def _refuse_full_disk(self, storage: Storage, length: int) -> None:
        if storage.temporary is not None and self._config.files_free:
            disk = os.statvfs(storage.temporary)
            if disk.f_bavail * disk.f_frsize < length + self._config.files_free:
                raise ChatError("no_room")


def _write(file: IO[bytes], piece: bytes) -> None:
    """Writes all of the piece: a write to a disk that fills up may end early."""
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _refusing_full_disks() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, ConnectionError):
            raise
        if error.errno in FULL:
            raise ChatError("no_room") from None
        raise Unavailable(f"files cannot be stored: {error}") from None
