"""The actions of `python -m chatserver user …`: what the operator can do with users' accounts.

Each changes the database first, then ends sessions; if Redis is unavailable in between, an error names what remains.
"""

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from chatserver.accounts.accounts import Accounts, User
from chatserver.accounts.details import details_of
from chatserver.accounts.passwords import NO_PASSWORD
from chatserver.accounts.revocation import revoke
from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.publisher import Publisher
from chatserver.cli.context import UsageError
from chatserver.config.settings import LONGEST_TIME, Config
from chatserver.conversations.deletions import erase_sent
from chatserver.conversations.groups.publishing import publish_notes
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.exports.archive import write_export
from chatserver.files.threads import in_thread
from chatserver.frames import as_time
from chatserver.i18n import use_language

Answer = dict[str, Any]


class EndedRow(NamedTuple):
    """A user whose tokens were ended, and when, in microseconds since 1970."""

    user_id: int
    ended_at: int


class Site(NamedTuple):
    """The services that the actions use."""

    config: Config
    db: Database
    accounts: Accounts
    session_index: SessionIndex
    publisher: Publisher


async def create(site: Site, arguments: argparse.Namespace) -> Answer:
    """Creates a user with a password, or with a reset link to choose one."""
    _refuse_passwords(site)
    if arguments.link:
        user = await site.accounts.add(arguments.name, NO_PASSWORD)
    else:
        user = (await site.accounts.sign_up(arguments.name, arguments.password)).user
    if arguments.admin:
        await site.accounts.set_admin(user, True)
    link = await _link(site, user) if arguments.link else {}
    return user.as_frame() | {"admin": arguments.admin} | link


def _refuse_passwords(site: Site) -> None:
    if site.config.sso_only:
        raise UsageError("SSO_ONLY is set: nobody signs in with a password, and the site's tokens make accounts.")


async def disable(site: Site, arguments: argparse.Namespace) -> Answer:
    """Disables an account and ends its sessions. Raises UsageError if Redis is unavailable."""
    user = await site.accounts.find(arguments.name)
    ended_at = await _set_disabled(site, user, True)
    try:
        ended = await revoke(site.db, site.session_index, site.publisher, user, ended_at=ended_at)
    except Unavailable:
        raise UsageError(
            f"{user.name} is disabled, but the sessions could not be ended, since Redis does not answer. "
            f"When it does: `python -m chatserver user end-sessions {user.name}`."
        ) from None
    return user.as_frame() | {"disabled": True, "sessions_ended": ended}


async def _set_disabled(site: Site, user: User, disabled: bool) -> int:
    """Disables or enables an account, and tells its groups. Returns the time for `revoke`."""
    end = await site.accounts.set_disabled(user, disabled)
    await publish_notes(site.db, site.publisher, site.config, end.groups)
    return end.ended_at


async def enable(site: Site, arguments: argparse.Namespace) -> Answer:
    """Lets a disabled user sign in again."""
    user = await site.accounts.find(arguments.name)
    await _set_disabled(site, user, False)
    return user.as_frame() | {"disabled": False}


async def set_admin(site: Site, arguments: argparse.Namespace) -> Answer:
    """Makes a user an administrator, or no longer one."""
    user = await site.accounts.find(arguments.name)
    await site.accounts.set_admin(user, arguments.admin)
    return user.as_frame() | {"admin": arguments.admin}


async def reset(site: Site, arguments: argparse.Namespace) -> Answer:
    """Makes a reset link. `lock`: first locks out an intruder by ending all sessions and the old password."""
    _refuse_passwords(site)
    user = await site.accounts.find(arguments.name)
    if not await site.accounts.may_talk(user.id):
        raise UsageError(
            f"{user.name} is disabled: no link lets them in before `python -m chatserver user enable {user.name}`."
        )
    if not arguments.lock:
        return user.as_frame() | await _link(site, user)
    await site.accounts.end_password(user)
    try:
        ended = await revoke(site.db, site.session_index, site.publisher, user)
    except Unavailable:
        raise UsageError(
            f"{user.name}'s password is ended, but the sessions could not be, since Redis does not answer. Do it again "
            "when it does."
        ) from None
    return user.as_frame() | {"sessions_ended": ended} | await _link(site, user)


async def _link(site: Site, user: User) -> Answer:
    seconds = site.config.reset_lifetime or LONGEST_TIME
    token = await site.accounts.make_reset(user, seconds)
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return {"link": f"{site.config.origins[0]}/messages/reset/{token}/", "until": as_time(until)}


async def end_sessions(site: Site, arguments: argparse.Namespace) -> Answer:
    """Ends all sessions of a user, or of everybody. Raises Unavailable, and UsageError for a name with `--all`."""
    if arguments.all == (arguments.name is not None):
        raise UsageError("end-sessions needs a NAME, or --all.")
    if arguments.all:
        return {"sessions_ended": await _end_all_sessions(site)}
    user = await site.accounts.find(arguments.name)
    ended_at = await site.accounts.end_tokens(user)
    return user.as_frame() | {
        "sessions_ended": await revoke(site.db, site.session_index, site.publisher, user, ended_at=ended_at)
    }


async def _end_all_sessions(site: Site) -> int:
    ended_at = {row.user_id: row.ended_at for row in await site.db.execute_idempotent("end_all_tokens", EndedRow)}
    subscribed = await site.db.query("subscribed_users", int)  # a subscription may outlive its session
    users = [User(user_id, "") for user_id in {*ended_at, *subscribed, *await site.session_index.users()}]
    ends = [(user, ended_at.get(user.id, 0)) for user in users]
    return sum([await revoke(site.db, site.session_index, site.publisher, user, ended_at=at) for user, at in ends])


async def export(site: Site, arguments: argparse.Namespace) -> Answer:
    """Writes a user's export in the site's language to a new file; removes it if it cannot be completed."""
    user = await site.accounts.find(arguments.name)
    use_language(site.config.default_language)

    async def report(_done: int, _total: int) -> None:
        pass

    path: Path = arguments.to
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        try:
            with file:
                number = await write_export(site.db, site.config, site.session_index, user, file, report=report)
        except BaseException:
            await in_thread(path.unlink)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    return user.as_frame() | {"file": str(path), "messages": number}


async def erase(site: Site, arguments: argparse.Namespace) -> Answer:
    """Deletes an account. Disables it first: nobody can sign in between the end of the sessions and the deletion."""
    user = await site.accounts.find(arguments.name)
    ended_at = await _set_disabled(site, user, True)
    try:
        await revoke(site.db, site.session_index, site.publisher, user, ended_at=ended_at)
    except Unavailable:
        raise UsageError(
            f"{user.name} is disabled but not deleted, and the sessions could not be ended, since Redis does not "
            "answer. Do it again when it does."
        ) from None
    erased = await _erase_sent(site, user) if arguments.messages else 0
    end = await site.accounts.delete(user, site.config.name_reservation_days)
    await publish_notes(site.db, site.publisher, site.config, end.groups)
    if arguments.messages:
        erased += await _erase_sent(site, user)  # messages that were in flight when the account was disabled
    return user.as_frame() | {"deleted": True, "messages_erased": erased}


async def _erase_sent(site: Site, user: User) -> int:
    return await erase_sent(site.db, site.publisher, TextDigests(site.config.secret_keys), user.id)


async def show(site: Site, arguments: argparse.Namespace) -> Answer:
    """Returns an account's details, with the numbers of its sessions and threads."""
    user = await site.accounts.find(arguments.name)
    details = await details_of(site.db, user)
    return {
        **user.as_frame(),
        "created_at": as_time(details.created_at),
        "admin": details.is_admin,
        "disabled": details.disabled,
        "sessions": len(await site.session_index.all_of(user.id, "")),
        "threads": details.threads,
    }
