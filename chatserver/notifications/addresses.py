"""Addresses for mails: confirmed by a link that is sent to them, or known to the site that signs people in."""

import hashlib
from typing import NamedTuple
from uuid import UUID

from chatserver.accounts.accounts import User
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.i18n import current_language
from chatserver.sso.profiles import is_email

RETRY = 3600.0  # seconds until an address may be asked again


class MailChoices(NamedTuple):
    """Whether mails may come, and to which address: the user's own, else the one that the site knows.

    `refused_email` is one that the mail server has refused for good, `asked_email` one to be confirmed.
    """

    digest: bool
    email: str | None
    site_email: str | None
    refused_email: str | None
    asked_email: str | None


async def mail_choices_of(db: Database, user: User) -> MailChoices:
    """Returns what a user has chosen."""
    (found,) = await db.query("mail_choices", MailChoices, user_id=user.id)
    return found


async def choose_digest(db: Database, user: User, digest: bool) -> None:
    """Stores whether mails may come, in the language of this request."""
    await db.execute_idempotent("choose_digest", user_id=user.id, digest=digest, language=current_language())
    if digest:
        await db.execute_idempotent("look_at_digest", user_id=user.id)


async def ask_for_email(db: Database, user: User, email: str) -> bool:
    """Has an address confirmed by a mail to it; '' forgets the one there is. Returns whether a mail will be sent.

    So does the one that the site knows: it holds as soon as no other does. Raises ChatError `bad_email`, and
    `too_many` if too many were asked for.
    """
    known = await mail_choices_of(db, user)
    if email in {"", known.site_email}:
        await db.execute_idempotent("forget_email", user_id=user.id)
        return False
    if not is_email(email):
        raise ChatError("bad_email")
    if email == known.email:
        return False
    rows = await db.execute_once("ask_for_confirmation", int, user_id=user.id, email=email, language=current_language())
    if not rows:
        raise ChatError("too_many", retry_after=RETRY)
    return True


async def email_to_confirm(db: Database, user: User, token: str) -> str | None:
    """Returns the address that a link confirms for this user; None for any other link."""
    return await db.query_one("find_confirmation", str, user_id=user.id, token_hash=hash_of(token))


async def confirm_email(db: Database, user: User, token: str) -> bool:
    """Confirms an address by its link, also again; tells whether the link is this user's."""
    confirmed = await db.execute_idempotent("confirm_email", str, user_id=user.id, token_hash=hash_of(token))
    if confirmed:
        await db.execute_idempotent("look_at_digest", user_id=user.id)
    return bool(confirmed)


async def is_off_link(db: Database, token: UUID) -> bool:
    """Tells whether the link of a mail ends somebody's mails."""
    return await db.query_one("find_mail_off", int, token=str(token)) is not None


async def end_mails(db: Database, token: UUID) -> bool:
    """Ends the mails of whoever got the link, also again; tells whether there is somebody."""
    return bool(await db.execute_idempotent("end_mails", int, token=str(token)))


def hash_of(token: str) -> str:
    """Returns what is stored of a link: whoever reads the table can use none."""
    return hashlib.sha256(token.encode()).hexdigest()
