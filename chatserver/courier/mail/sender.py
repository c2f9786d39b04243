"""Sends mails that are due, one after the other, and shares them with other couriers.

A mail is sent once, as far as SMTP allows: if a courier dies after the mail server took one and before that is stored,
it is sent again after the lease, with the same Message-ID.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import NamedTuple

import psycopg2

from chatserver import i18n
from chatserver.config.mail_settings import read_smtp_url
from chatserver.config.settings import Config
from chatserver.courier.home import Home
from chatserver.courier.looks import Looks
from chatserver.courier.mail.composing import Composer, Render, UnreadRow
from chatserver.courier.mail.transport import WAITS, NotNow, RefusedForGood, Transport
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.notifications.addresses import hash_of

log = logging.getLogger(__name__)

LEASE = 120.0  # seconds; longer than a mail takes
SKEW = 60.0  # seconds by which our clock and PostgreSQL's may differ


class ConfirmationRow(NamedTuple):
    """An address to be confirmed; `tries` have failed."""

    id: int
    user_id: int
    email: str
    language: str
    tries: int


class DigestRow(NamedTuple):
    """A user and their address; `email` is None if no mail may be sent."""

    user_id: int
    tries: int
    name: str
    email: str | None
    language: str | None
    off_token: str
    preview: str


class MailSender:
    """Sends confirmations and digests."""

    def __init__(self, db: Database, config: Config, render: Render, plain: Callable[[str], str]) -> None:
        self._db = db
        self._config = config
        self._home = Home(db, config)
        self._composer = Composer(config, render, plain)
        self._looks = Looks(db)

    async def run(self) -> None:
        """Sends until cancelled."""
        if not self._config.smtp_url:
            return
        self._transport = Transport(read_smtp_url(self._config.smtp_url))
        task = asyncio.current_task()
        assert task is not None
        while not task.cancelling():  # swallowed by aiosmtplib's wait_for on 3.11, if it comes with the answer
            try:
                if await self._home.is_here():
                    await self._look()
            except Unavailable as error:
                log.warning("mails wait: %s", error)
            except psycopg2.Error:
                log.exception("looking for what to mail failed")
            await asyncio.sleep(self._config.courier_interval)

    async def _look(self) -> None:
        while await self._confirm():
            pass
        if not self._config.digest_after:
            return
        new = await self._looks.begin()
        await self._db.execute_idempotent(
            "schedule_digests", since=new.since, horizon=new.horizon, after=self._config.digest_after
        )
        self._looks.settle()
        while await self._mail_digest():
            pass

    async def _confirm(self) -> bool:
        """Sends a mail that confirms an address; tells whether there was one."""
        token = secrets.token_urlsafe(32)
        rows = await self._db.execute_idempotent(
            "claim_confirmations", ConfirmationRow, lease=LEASE, token_hash=hash_of(token)
        )
        for row in rows:
            with i18n.using(row.language):
                message = self._composer.confirmation(row.email, token, f"confirm-{row.id}-{secrets.token_hex(8)}")
            wait, is_refused = await self._send(message, row.tries)
            await self._db.execute_idempotent("settle_confirmation", id=row.id, wait=wait, is_refused=is_refused)
        return bool(rows)

    async def _mail_digest(self) -> bool:
        """Sends what is due to one user; tells whether somebody was looked at."""
        rows = await self._db.execute_idempotent(
            "claim_digest", DigestRow, lease=LEASE, after=self._config.digest_after
        )
        for row in rows:
            unread = await self._db.query("digest_threads", UnreadRow, user_id=row.user_id)
            first_at = min((one.first_at for one in unread), default=None)
            if row.email is None or first_at is None:
                await self._settle(row, wait=None)
                continue
            age = (datetime.now(UTC) - first_at).total_seconds()
            if -SKEW < age < self._config.digest_after:  # what was unread then was read; below, the clock was set back
                await self._settle(row, wait=self._config.digest_after - age)
                continue
            with i18n.using(row.language or self._config.default_language):
                message = self._composer.digest(
                    unread,
                    row.email,
                    off_token=row.off_token,
                    preview=row.preview,
                    name=f"digest-{row.user_id}-{int(first_at.timestamp())}",
                )
            wait, is_refused = await self._send(message, row.tries)
            refused = row.email if is_refused else None
            await self._settle(row, wait=wait, refused=refused, is_mailed=wait is None and not is_refused)
        return bool(rows)

    async def _settle(
        self, row: DigestRow, *, wait: float | None, refused: str | None = None, is_mailed: bool = False
    ) -> None:
        await self._db.execute_idempotent(
            "settle_digest", user_id=row.user_id, wait=wait, refused_email=refused, is_mailed=is_mailed
        )

    async def _send(self, message: EmailMessage, tries: int) -> tuple[float | None, bool]:
        """Sends a mail; returns the seconds until the next try (None: none), and whether it was refused for good."""
        try:
            await self._transport.send(message)
        except RefusedForGood:
            log.info("the mail server refuses an address for good")
            return None, True
        except NotNow as error:
            log.warning("a mail was not sent: %s", error)
            return WAITS[min(tries, len(WAITS) - 1)], False
        return None, False
