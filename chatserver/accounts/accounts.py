"""Accounts: signing up, checking names and passwords, and changing what is stored of a user."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from chatserver.accounts.account_end import AccountEnd, EndRow, read_end
from chatserver.accounts.names import clean_name, name_key, name_skeleton, typed_key
from chatserver.accounts.passwords import NO_PASSWORD, Hasher, check_password, decoy_hash
from chatserver.accounts.skeletons import fill_skeletons
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.frames import named
from chatserver.validation import UNSTORABLE


class User(NamedTuple):
    """A user as most of the code knows them: the id, the name, and the full name that another site says."""

    id: int
    name: str
    full_name: str | None = None

    def as_frame(self) -> dict[str, Any]:
        """Returns the user as frames and other JSON name them."""
        return named(*self)


class VerifiedUser(NamedTuple):
    """A user whose password has been checked, with the hash it was checked against."""

    user: User
    password_hash: str


class Stored(NamedTuple):
    """The columns of a user that signing in needs."""

    id: int
    name: str
    full_name: str | None
    password_hash: str
    disabled: bool

    @property
    def user(self) -> User:
        """The user, without what only signing in needs."""
        return User(self.id, self.name, self.full_name)


class Accounts:
    """Creates, finds, changes and deletes users.

    `origins` are the site's addresses: a password must not be the site's name.
    """

    def __init__(self, db: Database, hasher: Hasher, origins: Sequence[str] = ()) -> None:
        self._db = db
        self._hasher = hasher
        self._origins = origins

    # -- signing up and in --------------------------------------------------------------------------------------------

    async def sign_up(self, raw_name: str, password: str) -> VerifiedUser:
        """Creates a user from the sign-up form.

        Raises ChatError `bad_name`, `bad_password`, `common_password` or `name_taken`, and Unavailable.
        """
        name = clean_name(raw_name)
        password_hash = await self._hasher.hash(check_password(password, name, self._origins))
        return await self._add(name, password_hash)

    async def add(self, raw_name: str, password_hash: str) -> User:
        """Creates a user for the command line. Raises ChatError `bad_name` or `name_taken`."""
        return (await self._add(clean_name(raw_name), password_hash)).user

    async def _add(self, name: str, password_hash: str) -> VerifiedUser:
        await fill_skeletons(self._db)
        rows = await self._db.execute_once(
            "add_user",
            User,
            name=name,
            name_key=name_key(name),
            name_skeleton=name_skeleton(name),
            password_hash=password_hash,
        )
        if not rows:
            raise ChatError("name_taken")
        return VerifiedUser(rows[0], password_hash)

    async def check(self, name: str, password: str) -> VerifiedUser:
        """Returns the user of this name and password, in the same time if the name is unknown or has no password.

        Raises ChatError `wrong_password`, `account_disabled` only if the password is right, and Unavailable.
        """
        stored = await self._by_name(name)
        kept = stored.password_hash if stored and stored.password_hash != NO_PASSWORD else decoy_hash()
        fits = await self._hasher.fits(password, kept)
        if not fits or not stored:
            raise ChatError("wrong_password")
        if stored.disabled:
            raise ChatError("account_disabled")
        return VerifiedUser(stored.user, stored.password_hash)

    async def check_again(self, user: User, password: str) -> VerifiedUser:
        """Verifies the password of a signed-in user. Raises ChatError `wrong_current_password`, and Unavailable."""
        stored = await self._by_id(user.id)
        if not stored or not await self._hasher.fits(password, stored.password_hash):
            raise ChatError("wrong_current_password")
        return VerifiedUser(user, stored.password_hash)

    async def still_holds(self, checked: VerifiedUser) -> bool:
        """Returns whether the user may still sign in and the checked password is still theirs."""
        stored = await self._by_id(checked.user.id)
        return stored is not None and not stored.disabled and stored.password_hash == checked.password_hash

    # -- finding ------------------------------------------------------------------------------------------------------

    async def find(self, name: str) -> User:
        """Returns the user of this name. Raises ChatError `no_such_user`."""
        stored = await self._by_name(name)
        if stored is None:
            raise ChatError("no_such_user")
        return stored.user

    async def has_password(self, user: User) -> bool:
        """Tells whether the user signs in with a password."""
        stored = await self._by_id(user.id)
        return stored is not None and stored.password_hash != NO_PASSWORD

    async def find_by_id(self, user_id: int | None) -> User:
        """Returns the user of this id. Raises ChatError `no_such_user`."""
        stored = await self._by_id(user_id) if user_id is not None else None
        if stored is None:
            raise ChatError("no_such_user")
        return stored.user

    async def may_talk(self, user_id: int) -> bool:
        """Returns whether a user of this id exists and is neither disabled nor deleted."""
        stored = await self._by_id(user_id)
        return stored is not None and not stored.disabled

    async def _by_name(self, raw_name: str) -> Stored | None:
        """Finds a user by any spelling with the same key, including names that today's rules refuse."""
        key = typed_key(raw_name)
        return None if UNSTORABLE.search(key) else await self._db.query_one("user_by_name", Stored, name_key=key)

    async def _by_id(self, user_id: int) -> Stored | None:
        return await self._db.query_one("user_by_id", Stored, user_id=user_id)

    # -- changing -----------------------------------------------------------------------------------------------------

    def check_new_password(self, user: User, password: str) -> None:
        """Validates a password before any work is done for it. Raises ChatError `bad_password` or `common_password`."""
        check_password(password, user.name, self._origins)

    async def change_password(self, checked: VerifiedUser, password: str) -> VerifiedUser:
        """Replaces the password that was checked.

        Raises ChatError `bad_password` or `common_password`; `wrong_current_password` if it changed since the check.
        """
        self.check_new_password(checked.user, password)
        new_hash = await self._hasher.hash(password)
        rows = await self._db.execute_once(
            "set_password", int, user_id=checked.user.id, old_hash=checked.password_hash, password_hash=new_hash
        )
        if not rows:
            raise ChatError("wrong_current_password")
        return VerifiedUser(checked.user, new_hash)

    async def end_password(self, user: User) -> None:
        """Removes the password: the user can sign in only after a reset link has set a new one.

        Does not end sessions; the caller must.
        """
        await self._db.execute_once("end_password", user_id=user.id, no_password=NO_PASSWORD)

    async def make_reset(self, user: User, seconds: float) -> str:
        """Returns the token of a reset link, which works once within `seconds` and replaces any earlier link."""
        token = secrets.token_urlsafe(32)
        await self._db.execute_once("make_reset", user_id=user.id, token_hash=_hashed(token), seconds=seconds)
        return token

    async def find_reset(self, token: str) -> User:
        """Returns the user of a reset link. Raises ChatError `reset_ended`."""
        user = await self._db.query_one("find_reset", User, token_hash=_hashed(token))
        if user is None:
            raise ChatError("reset_ended")
        return user

    async def reset_password(self, token: str, password: str) -> VerifiedUser:
        """Sets the password through a reset link and uses up the link.

        Raises ChatError `reset_ended`; `bad_password` or `common_password`, and then the link stays valid.
        """
        user = await self.find_reset(token)
        self.check_new_password(user, password)
        password_hash = await self._hasher.hash(password)
        rows = await self._db.execute_once("use_reset", User, token_hash=_hashed(token), password_hash=password_hash)
        if not rows:
            raise ChatError("reset_ended")
        return VerifiedUser(rows[0], password_hash)

    async def set_disabled(self, user: User, disabled: bool) -> AccountEnd:
        """Forbids or allows signing in. Does not end sessions; the caller must, and publish the groups' notes."""
        return read_end(await self._db.execute_once("set_disabled", EndRow, user_id=user.id, disabled=disabled))

    async def end_tokens(self, user: User) -> int:
        """Refuses the tokens from before now with which the user could sign in. Does not end sessions.

        Returns the time for `revoke`: 0 for a user whom no other site knows.
        """
        rows = await self._db.execute_idempotent("end_tokens", int, user_id=user.id)
        return rows[0] if rows else 0

    async def set_admin(self, user: User, admin: bool) -> None:
        """Grants or withdraws the administrator's rights."""
        await self._db.execute_once("set_admin", user_id=user.id, admin=admin)

    async def delete(self, user: User, rest_days: int) -> AccountEnd:
        """Deletes the account for good and reserves the name for `rest_days` days.

        Does not end sessions; the caller must, and publish the groups' notes.
        """
        return read_end(await self._db.execute_once("delete_user", EndRow, user_id=user.id, rest_days=rest_days))


def _hashed(token: str) -> str:
    """Returns the form in which a token is stored: reading the table reveals no usable link."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
