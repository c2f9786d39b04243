"""Passwords: which are accepted, and how they are stored: Argon2id, off the event loop, a few at once."""

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
NICE = 10  # niceness of the hashing threads
LONGEST = 1000  # characters of a typed password that are hashed
OURS = ("chatserver", "messages")  # easy guesses here; the site's own name comes from its address

T = TypeVar("T")


def check_password(password: str, name: str, origins: Iterable[str] = ()) -> str:
    """Returns the password in NFKC if it has 8 to 128 characters and is not a first guess (NIST SP 800-63B, 5.1.1.2).

    Raises ChatError `bad_password` or `common_password`.
    """
    password, name = _stable(password), _stable(name)
    if len(password) not in CHARS or UNSTORABLE.search(password):
        raise ChatError("bad_password")
    hosts = [URL(origin).host or "" for origin in origins]  # the readable form, not IDNA
    sites = {part for host in hosts for part in host.split(".") if len(part) > 3}
    guessed = {_bare(word) for word in (name, *OURS, *sites)} - {""}
    if password.lower() == name.lower() or password.lower() in common_passwords() or _bare(password) in guessed:
        raise ChatError("common_password")
    return password


def _stable(password: str) -> str:
    """Normalizes to NFKC: keyboards compose the same character differently."""
    return unicodedata.normalize("NFKC", password)


def _bare(word: str) -> str:
    """Returns the letters only: the guessable core of a word with digits and signs around it."""
    return re.sub(r"[\W\d_]", "", word.lower())


@cache
def common_passwords() -> frozenset[str]:
    """Returns those of the 20,000 most common passwords that are long enough (Django's list, by Royce Williams)."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def hash_password(password: str) -> str:
    """Returns the Argon2id hash as a PHC string."""
    kdf = Argon2id(salt=os.urandom(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(_stable(password).encode())


def password_fits(password: str, password_hash: str) -> bool:
    """Verifies the normalized password, and the password as typed, which earlier versions hashed.

    Tries every form even after a match, so that the time depends only on what was typed.
    """
    forms = dict.fromkeys([_stable(password[:LONGEST])[:LONGEST], password[:LONGEST]])
    return True in [form_fits(form, password_hash) for form in forms]


def form_fits(password: str, password_hash: str) -> bool:
    """Verifies one form of a password; False also for a malformed hash."""
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "replace"), password_hash)
    except (InvalidKey, ValueError):
        return False
    return True


@cache
def decoy_hash() -> str:
    """Returns a hash that no password matches, used when a name is unknown or its account has no password."""
    return hash_password(secrets.token_urlsafe())


class Hasher:
    """Hashes and verifies passwords in threads of low priority, with a bounded queue."""

    def __init__(self, threads: int, queue: int) -> None:
        """Runs at most `threads` hashes at once and queues at most `queue` more; 0 = no limit."""
        self._executor = ThreadPoolExecutor(threads or None, "argon2", _let_others_go_first)
        self._room = threads + queue if queue else None
        self._busy = 0
        decoy_hash()  # computed now, so that the first unknown name takes no longer than later ones

    async def hash(self, password: str) -> str:
        """Hashes a password in a thread. Raises Unavailable if the queue is full."""
        return await self._in_thread(hash_password, password)

    async def fits(self, password: str, password_hash: str) -> bool:
        """Verifies a password in a thread. Raises Unavailable if the queue is full."""
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
    """Lowers the priority of this thread below the event loops. On Linux each thread has a priority of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
