"""Removes what nobody needs any more: files that were not sent, and the bytes of those that are gone."""

import asyncio
import logging

from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.files.storage import Storage, remove

log = logging.getLogger(__name__)

MOST_OFTEN, LEAST_OFTEN = 0.2, 60.0  # seconds between two sweeps
CANCELLED = 600.0  # seconds after which nobody writes to the key of an upload that was cancelled
MOST_FAILURES = 3  # of one sweep: then the storage is away


class Sweeper:
    """Sweeps in the background. Any process may do it, and several at once do no harm."""

    def __init__(self, db: Database, config: Config, storage: Storage | None) -> None:
        self._db = db
        self._config = config
        self._storage = storage
        times = [seconds for seconds in (config.unsent_files, config.deleted_files) if seconds]
        self._interval = max(MOST_OFTEN, min([LEAST_OFTEN, *(seconds / 10 for seconds in times)]))

    async def run(self) -> None:
        """Sweeps until cancelled; a setting of 0 keeps files forever."""
        while self._storage is not None:
            try:
                await self._sweep(self._storage)
            except Unavailable as error:
                log.warning("could not remove files: %s", error)
            await asyncio.sleep(self._interval)

    async def _sweep(self, storage: Storage) -> None:
        unsent, deleted = self._config.unsent_files, self._config.deleted_files
        if unsent:
            await self._db.execute_idempotent("remove_unsent_files", seconds=unsent)
        keys = await self._db.query("bytes_to_remove", str, sent_wait=deleted, wait=min(CANCELLED, unsent or CANCELLED))
        gone: list[str] = []
        failures = 0
        for key in keys:
            try:
                await remove(storage, key)
                gone.append(key)
            except Unavailable as error:
                log.warning("could not remove a file: %s", error)
                failures += 1
                if failures == MOST_FAILURES:
                    break
        if gone:
            await self._db.execute_idempotent("note_removed_bytes", keys=gone)
