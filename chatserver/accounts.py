"""People: signing up, and checking a name with its password. Hashing is Argon2id, off the event loop, a few at once."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple, TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from chatserver.db import Database
from chatserver.errors import ChatError, Unavailable
from chatserver.text import check_password, clean_name, name_key

ITERATIONS, LANES, MEMORY_KIB = 2, 1, 19 * 1024  # OWASP Password Storage Cheat Sheet, second choice
NO_PASSWORD = "!"  # noqa: S105  # no password fits this hash

T = TypeVar("T")


class User(NamedTuple):
    id: int
    name: str


def hash_password(password: str) -> str:
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(password.encode())


@cache
def decoy_hash() -> str:
    """What a password is checked against when there is nobody by the name."""
    return hash_password("")


def password_fits(password: str, password_hash: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "replace"), password_hash)
    except (InvalidKey, ValueError):
        return False
    return True


class Accounts:
    def __init__(self, db: Database, hashing_threads: int, hashing_queue: int) -> None:
        """At most `hashing_threads` hashes at once and `hashing_queue` waiting; 0 = as many as come."""
        self._db = db
        self._executor = ThreadPoolExecutor(hashing_threads or None, "argon2")
        self._room = hashing_threads + hashing_queue if hashing_queue else None
        self._busy = 0
        decoy_hash()  # now, so that the first wrong name takes no longer than the next

    async def sign_up(self, raw_name: str, password: str) -> User:
        """Raises ChatError `bad_name`, `bad_password` or `name_taken`, Unavailable when too many wait."""
        name = clean_name(raw_name)
        password_hash = await self._in_thread(hash_password, check_password(password))
        rows = await self._db.write("add_user", name=name, name_key=name_key(name), password_hash=password_hash)
        if not rows:
            raise ChatError("name_taken", "username")
        return User(*rows[0])

    async def check(self, name: str, password: str) -> User:
        """The person of this name and password. Raises ChatError `wrong_password`; a wrong name costs the same work."""
        user_id, stored_name, stored_hash = await self._stored(name) or (0, "", decoy_hash())
        fits = await self._in_thread(password_fits, password[:1000], stored_hash)
        if not fits or not user_id:
            raise ChatError("wrong_password")
        return User(user_id, stored_name)

    async def find(self, name: str) -> User:
        """The person of this name. Raises ChatError `no_such_user`."""
        row = await self._stored(name)
        if row is None:
            raise ChatError("no_such_user", "recipient_name")
        return User(row[0], row[1])

    async def exists(self, user_id: int) -> bool:
        return await self._db.fetch_one("user_by_id", user_id=user_id) is not None

    async def _stored(self, raw_name: str) -> tuple[int, str, str] | None:
        try:
            key = name_key(clean_name(raw_name))
        except ChatError:
            return None
        row = await self._db.fetch_one("user_by_name", name_key=key)
        return (row[0], row[1], row[2]) if row else None

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        if self._room is not None and self._busy >= self._room:
            raise Unavailable("too many passwords are being hashed")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)
        finally:
            self._busy -= 1
