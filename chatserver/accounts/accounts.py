"""People: signing up, checking a name with its password, and what changes of an account."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chatserver.accounts.names import clean_name, name_key, name_skeleton, typed_key
from chatserver.accounts.passwords import NO_PASSWORD, Hasher, check_password, decoy_hash
from chatserver.accounts.skeletons import fill_skeletons
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.validation import UNSTORABLE

ERASED_AT_ONCE = 500  # messages


class User(NamedTuple):
    id: int
    name: str


class VerifiedUser(NamedTuple):
    """Somebody whose password has been checked, against this hash."""

    user: User
    password_hash: str


class Stored(NamedTuple):
    id: int
    name: str
    password_hash: str
    disabled: bool


class Details(NamedTuple):
    """What is known of somebody but for what they said."""

    created_at: datetime
    is_admin: bool
    disabled: bool
    shows_online: bool
    shows_seen: bool
    threads: int


async def details_of(db: Database, user: User) -> Details:
    (row,) = await db.fetch("details_of", user_id=user.id)
    return Details(*row)


class Accounts:
    """`origins` are the site's addresses: its name is no password."""

    def __init__(self, db: Database, hasher: Hasher, origins: Sequence[str] = ()) -> None:
        self._db = db
        self._hasher = hasher
        self._origins = origins

    # -- signing up and in --------------------------------------------------------------------------------------------

    async def sign_up(self, raw_name: str, password: str) -> VerifiedUser:
        """Raises ChatError `bad_name`, `bad_password`, `common_password` or `name_taken`, Unavailable."""
        name = clean_name(raw_name)
        password_hash = await self._hasher.hash(check_password(password, name, self._origins))
        return await self._add(name, password_hash)

    async def add(self, raw_name: str, password_hash: str) -> User:
        """Somebody whom the command line makes. Raises ChatError `bad_name` or `name_taken`."""
        return (await self._add(clean_name(raw_name), password_hash)).user

    async def _add(self, name: str, password_hash: str) -> VerifiedUser:
        await fill_skeletons(self._db)
        rows = await self._db.write(
            "add_user",
            name=name,
            name_key=name_key(name),
            name_skeleton=name_skeleton(name),
            password_hash=password_hash,
        )
        if not rows:
            raise ChatError("name_taken", "username")
        return VerifiedUser(User(*rows[0]), password_hash)

    async def check(self, name: str, password: str) -> VerifiedUser:
        """The person of this name and password. Raises ChatError `wrong_password`; a wrong name costs the same work,
        and so does an account without a password.

        Raises `account_disabled` for who knows the password, Unavailable.
        """
        stored = await self._by_name(name)
        kept = stored.password_hash if stored and stored.password_hash != NO_PASSWORD else decoy_hash()
        fits = await self._hasher.fits(password, kept)
        if not fits or not stored:
            raise ChatError("wrong_password")
        if stored.disabled:
            raise ChatError("account_disabled")
        return VerifiedUser(User(stored.id, stored.name), stored.password_hash)

    async def check_again(self, user: User, password: str, field: str) -> VerifiedUser:
        """Somebody signed in shows that it is still them. Raises ChatError `wrong_current_password` at a form's field,
        Unavailable."""
        stored = await self._by_id(user.id)
        if not stored or not await self._hasher.fits(password, stored.password_hash):
            raise ChatError("wrong_current_password", field)
        return VerifiedUser(user, stored.password_hash)

    async def still_holds(self, checked: VerifiedUser) -> bool:
        """Whether the password that was checked is the person's still, and they may sign in."""
        stored = await self._by_id(checked.user.id)
        return stored is not None and not stored.disabled and stored.password_hash == checked.password_hash

    # -- finding ------------------------------------------------------------------------------------------------------

    async def find(self, name: str) -> User:
        """The person of this name. Raises ChatError `no_such_user`."""
        stored = await self._by_name(name)
        if stored is None:
            raise ChatError("no_such_user", "recipient_name")
        return User(stored.id, stored.name)

    async def may_talk(self, user_id: int) -> bool:
        """Whether there is somebody of this id who is neither disabled nor deleted."""
        stored = await self._by_id(user_id)
        return stored is not None and not stored.disabled

    async def _by_name(self, raw_name: str) -> Stored | None:
        """Also by a name that nobody could take today, or a spelling of it that is no name."""
        key = typed_key(raw_name)
        row = None if UNSTORABLE.search(key) else await self._db.fetch_one("user_by_name", name_key=key)
        return Stored(*row) if row else None

    async def _by_id(self, user_id: int) -> Stored | None:
        row = await self._db.fetch_one("user_by_id", user_id=user_id)
        return Stored(*row) if row else None

    # -- changing -----------------------------------------------------------------------------------------------------

    def check_new_password(self, user: User, password: str) -> None:
        """Before anything is done for it. Raises ChatError `bad_password` or `common_password`."""
        check_password(password, user.name, self._origins, "new_password")

    async def change_password(self, checked: VerifiedUser, password: str) -> VerifiedUser:
        """Raises ChatError `bad_password` or `common_password`; `wrong_current_password` when it changed meanwhile."""
        self.check_new_password(checked.user, password)
        new_hash = await self._hasher.hash(password)
        rows = await self._db.write(
            "set_password", user_id=checked.user.id, old_hash=checked.password_hash, password_hash=new_hash
        )
        if not rows:
            raise ChatError("wrong_current_password", "current_password")
        return VerifiedUser(checked.user, new_hash)

    async def end_password(self, user: User) -> None:
        """Nobody signs in before a link sets another one; sessions must be ended besides."""
        await self._db.write("end_password", user_id=user.id, no_password=NO_PASSWORD)

    async def make_reset(self, user: User, seconds: float) -> str:
        """The token of a link that sets a new password, once, within so many seconds; the one before it ends."""
        token = secrets.token_urlsafe(32)
        await self._db.write("make_reset", user_id=user.id, token_hash=_hashed(token), seconds=seconds)
        return token

    async def find_reset(self, token: str) -> User:
        """Whom a link is for. Raises ChatError `reset_ended`."""
        row = await self._db.fetch_one("find_reset", token_hash=_hashed(token))
        if row is None:
            raise ChatError("reset_ended")
        return User(*row)

    async def reset_password(self, token: str, password: str) -> VerifiedUser:
        """Raises ChatError `reset_ended`, `bad_password` or `common_password`; then the link can be used again."""
        user = await self.find_reset(token)
        self.check_new_password(user, password)
        password_hash = await self._hasher.hash(password)
        rows = await self._db.write("use_reset", token_hash=_hashed(token), password_hash=password_hash)
        if not rows:
            raise ChatError("reset_ended")
        return VerifiedUser(User(*rows[0]), password_hash)

    async def set_disabled(self, user: User, disabled: bool) -> None:
        """Whether somebody may not sign in; their sessions must be ended besides."""
        await self._db.write("set_disabled", user_id=user.id, disabled=disabled)

    async def set_admin(self, user: User, admin: bool) -> None:
        await self._db.write("set_admin", user_id=user.id, admin=admin)

    async def delete(self, user: User, rest_days: int) -> None:
        """For good. Nobody can take the name for so many days; sessions must be ended besides."""
        await self._db.write("delete_user", user_id=user.id, rest_days=rest_days)

    async def erase_messages(self, user: User) -> int:
        """Empties the texts of all that somebody has sent, some at a time; returns how many."""
        erased, start = 0, str(UUID(int=0))
        while row := await self._db.fetch_one("erase_messages", user_id=user.id, start=start, number=ERASED_AT_ONCE):
            number, last = row
            erased += number
            if last == start:
                break
            start = last
        return erased


def _hashed(token: str) -> str:
    """What is stored of a reset link: who reads the table can use none."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
