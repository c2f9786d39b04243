"""Passwords: which are taken, and how they are kept: Argon2id, off the event loop, a few at once."""

import asyncio
import contextlib
import os
import re
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from yarl import URL

from chatserver.errors import ChatError, Unavailable
from chatserver.validation import UNSTORABLE

CHARS = range(8, 129)
ITERATIONS, LANES, MEMORY_KIB = 2, 1, 19 * 1024  # OWASP Password Storage Cheat Sheet, second choice
NO_PASSWORD = "!"  # noqa: S105  # no password fits this hash
NICE = 10  # of the threads that hash
LONGEST = 1000  # characters of a wrong password that are hashed
OURS = ("chatserver", "messages")  # what everybody would guess here; the site's own name comes from its address

T = TypeVar("T")


def check_password(password: str, name: str, origins: Iterable[str] = (), field: str = "password") -> str:
    """Any 8 to 128 characters, in NFKC, but none of those tried first (NIST SP 800-63B, 5.1.1.2).

    Raises ChatError `bad_password` or `common_password`, at the form's field.
    """
    password, name = _stable(password), _stable(name)
    if len(password) not in CHARS or UNSTORABLE.search(password):
        raise ChatError("bad_password", field)
    hosts = [URL(origin).host or "" for origin in origins]  # as people read it, and not its IDNA
    sites = {part for host in hosts for part in host.split(".") if len(part) > 3}
    guessed = {_bare(word) for word in (name, *OURS, *sites)} - {""}
    if password.lower() == name.lower() or password.lower() in common_passwords() or _bare(password) in guessed:
        raise ChatError("common_password", field)
    return password


def _stable(password: str) -> str:
    """In one normal form, however a keyboard composes it."""
    return unicodedata.normalize("NFKC", password)


def _bare(word: str) -> str:
    """Its letters: what is left of a name that digits and signs are put around."""
    return re.sub(r"[\W\d_]", "", word.lower())


@cache
def common_passwords() -> frozenset[str]:
    """Those of the 20,000 most common passwords that are long enough, as Django has them (by Royce Williams)."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def hash_password(password: str) -> str:
    """A PHC string."""
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(_stable(password).encode())


def password_fits(password: str, password_hash: str) -> bool:
    """Also as it was typed, since earlier versions hashed that.

    Where the two differ both are tried in any case: the time depends on what was typed alone.
    """
    forms = dict.fromkeys([_stable(password[:LONGEST])[:LONGEST], password[:LONGEST]])
    return True in [form_fits(form, password_hash) for form in forms]


def form_fits(password: str, password_hash: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "replace"), password_hash)
    except (InvalidKey, ValueError):
        return False
    return True


@cache
def decoy_hash() -> str:
    """What a password is checked against when there is nobody by the name, or none that fits."""
    return hash_password(secrets.token_urlsafe())


class Hasher:
    def __init__(self, threads: int, queue: int) -> None:
        """At most `threads` hashes at once and `queue` waiting; 0 = as many as come."""
        self._executor = ThreadPoolExecutor(threads or None, "argon2", _let_others_go_first)
        self._room = threads + queue if queue else None
        self._busy = 0
        decoy_hash()  # now, so that the first wrong name takes no longer than the next

    async def hash(self, password: str) -> str:
        """Raises Unavailable when too many wait."""
        return await self._in_thread(hash_password, password)

    async def fits(self, password: str, password_hash: str) -> bool:
        """Raises Unavailable when too many wait."""
        return await self._in_thread(password_fits, password, password_hash)

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        if self._room is not None and self._busy >= self._room:
            raise Unavailable("too many passwords are being hashed")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)
        finally:
            self._busy -= 1


def _let_others_go_first() -> None:
    """This thread has what the event loops leave of the processors. On Linux a priority is a thread's own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
