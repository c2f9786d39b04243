"""Exports of users' data, prepared in the background, one at a time in each process.

Requests, progress and finished zips are in PostgreSQL: any process can take the next request, show its progress and
send the zip. A process that stops returns its job to the queue; a job whose process died reports nothing and counts as
failed. Replaces a job queue (procrastinate, arq), which would be one more process for one kind of job.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from functools import partial
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, NamedTuple

from chatserver.accounts.accounts import User
from chatserver.accounts.session_index import SessionIndex
from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.exports.archive import write_export
from chatserver.files.threads import in_thread
from chatserver.i18n import current_language, use_language

log = logging.getLogger(__name__)

POLL_INTERVAL = 10.0  # seconds between polls for jobs that other processes left
REPORT_INTERVAL = 1.0  # seconds between reports of progress
SILENCE = 30.0  # seconds without a report after which a process counts as dead
PART = 262_144  # bytes of a zip in one row


class Export(NamedTuple):
    """The state of a user's export: none, waiting, running, ready or failed; `done` of `total` messages are written."""

    state: str
    done: int
    total: int
    made_at: datetime | None


class ExportRow(NamedTuple):
    """The columns of an export that its user may see; `size` in bytes."""

    id: int
    state: str
    done: int
    total: int
    size: int
    changed_at: datetime


class Claimed(NamedTuple):
    """An export that this process has taken, and the user whose data it holds."""

    id: int
    language: str
    user_id: int
    user_name: str
    user_full_name: str | None

    @property
    def user(self) -> User:
        """The user."""
        return User(self.user_id, self.user_name, self.user_full_name)


class FinishedExport(NamedTuple):
    """A finished zip; `size` in bytes."""

    id: int
    size: int
    made_at: datetime


class ExportCancelled(Exception):
    """The account was deleted, or the export started anew."""


class Exports:
    """Accepts requests for exports, prepares them in the background, and serves the zips."""

    def __init__(self, db: Database, session_index: SessionIndex, config: Config) -> None:
        self._db = db
        self._session_index = session_index
        self._config = config
        self._wake = asyncio.Event()
        self._reported_at = 0.0

    # -- for the user -------------------------------------------------------------------------------------------------

    async def request(self, user: User) -> bool:
        """Requests an export in the current language; drops an older zip. Returns False if one is in progress."""
        rows = await self._db.execute_once(
            "request_export", int, user_id=user.id, language=current_language(), silence=SILENCE
        )
        self._wake.set()
        return bool(rows)

    async def state_of(self, user: User) -> Export:
        """Returns the state of the user's export."""
        row = await self._db.query_one("export_of", ExportRow, user_id=user.id, silence=SILENCE)
        if row is None:
            return Export("none", 0, 0, None)
        return Export(row.state, row.done, row.total, row.changed_at if row.state == "ready" else None)

    async def finished(self, user: User) -> FinishedExport | None:
        """Returns the user's finished zip, or None."""
        row = await self._db.query_one("export_of", ExportRow, user_id=user.id, silence=SILENCE)
        return FinishedExport(row.id, row.size, row.changed_at) if row and row.state == "ready" else None

    async def content(self, export: FinishedExport) -> AsyncIterator[bytes]:
        """Yields the zip in parts. Raises Unavailable, also if the zip is removed meanwhile."""
        for part in range(-(-export.size // PART)):
            content = await self._db.query_one("export_part", memoryview, export_id=export.id, part=part)
            if content is None:
                raise Unavailable("the export was removed")
            yield bytes(content)

    # -- in the background --------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Prepares waiting exports and removes expired zips, until cancelled."""
        while True:
            self._wake.clear()
            try:
                if self._config.export_lifetime:
                    await self._db.execute_idempotent("remove_old_exports", seconds=self._config.export_lifetime)
                while rows := await self._db.execute_once("claim_export", Claimed):
                    use_language(rows[0].language)
                    await self._make(rows[0].id, rows[0].user)
            except Unavailable as error:
                log.warning("could not poll for exports: %s", error)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_INTERVAL):
                    await self._wake.wait()

    async def _make(self, export_id: int, user: User) -> None:
        state, size, began_at = "failed", 0, monotonic()
        self._reported_at = 0.0
        try:
            with TemporaryFile() as file:
                report = partial(self._report, export_id)
                total = await write_export(self._db, self._config, self._session_index, user, file, report=report)
                size = await self._store(export_id, file, partial(report, total, total))
            state = "ready"
            log.info("export of user %d: %d messages, %d bytes, %.1f s", user.id, total, size, monotonic() - began_at)
        except asyncio.CancelledError:
            state = "waiting"
            raise
        except ExportCancelled:
            log.info("export of user %d: cancelled", user.id)
        except Unavailable as error:
            log.warning("export of user %d failed: %s", user.id, error)
        except Exception:
            log.exception("export of user %d failed", user.id)
        finally:
            with contextlib.suppress(Unavailable):
                await self._db.execute_idempotent("end_export", export_id=export_id, state=state, size=size)

    async def _report(self, export_id: int, done: int, total: int) -> None:
        """Stores the progress, at most once per REPORT_INTERVAL. Raises ExportCancelled."""
        if self._reported_at and monotonic() - self._reported_at < REPORT_INTERVAL:
            return
        if not await self._db.execute_idempotent("report_export", int, export_id=export_id, done=done, total=total):
            raise ExportCancelled
        self._reported_at = monotonic()

    async def _store(self, export_id: int, file: IO[bytes], report: Callable[[], Awaitable[None]]) -> int:
        """Stores the zip in parts and returns its size in bytes. Raises ExportCancelled."""
        await in_thread(file.seek, 0)
        size = 0
        while content := await in_thread(file.read, PART):
            if not await self._db.execute_idempotent(
                "store_export_part", int, export_id=export_id, part=size // PART, content=content
            ):
                raise ExportCancelled
            size += len(content)
            await report()
        return size
