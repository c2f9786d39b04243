"""The keys with which other programs of the site use the API: making, ending and recognizing them."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from chatserver.database.batcher import Batcher
from chatserver.database.client import Database

SCOPES = ("write", "read", "admin")  # none includes another
REMEMBERED = 4.0  # seconds for which a process trusts a key without asking PostgreSQL: an ended one works so long
MAX_LOOKUPS = 100
_KEY = re.compile(r"chat_[A-Za-z0-9_-]{43}", re.ASCII)  # 256 bits, base64url


class ApiKey(NamedTuple):
    """A key as requests know it: its name, and what it allows."""

    name: str
    scopes: frozenset[str]


class KeyInfo(NamedTuple):
    """A key as the operator sees it; `used_at` is the hour of its last use, None before the first."""

    name: str
    scopes: list[str]
    made_at: datetime
    used_at: datetime | None


class KeyRow(NamedTuple):
    """A key that was found by its hash."""

    key_hash: str
    name: str
    scopes: list[str]


async def make_key(db: Database, name: str, scopes: Sequence[str]) -> str | None:
    """Returns a new key, of which only a hash is stored; None if the name is in use."""
    key = f"chat_{secrets.token_urlsafe(32)}"
    made = await db.execute_once("add_api_key", str, name=name, key_hash=_hashed(key), scopes=list(scopes))
    return key if made else None


async def list_keys(db: Database) -> list[KeyInfo]:
    """Returns all keys, by name."""
    return await db.query("api_keys", KeyInfo)


async def end_key(db: Database, name: str) -> bool:
    """Ends a key, in all processes within 5 seconds; returns whether there was one of this name."""
    return bool(await db.execute_once("end_api_key", str, name=name))


class ApiKeys:
    """Recognizes keys. A process asks PostgreSQL for a key every few seconds, for all waiting requests at once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, tuple[float, ApiKey]] = {}  # by hash, with the time of asking
        self._lookups: Batcher[str, ApiKey | None] = Batcher(self._look_up, MAX_LOOKUPS, 0)

    async def find(self, given: str) -> ApiKey | None:
        """Returns the key, or None for what is not a key, or not any more. Raises Unavailable."""
        if not _KEY.fullmatch(given):
            return None
        key_hash, now = _hashed(given), monotonic()
        asked_at, known = self._known.get(key_hash, (0.0, None))
        if known is not None and now - asked_at < REMEMBERED:
            return known
        self._known.pop(key_hash, None)
        found = await self._lookups.submit(key_hash)
        if found is not None:
            self._known[key_hash] = (now, found)
        return found

    async def _look_up(self, key_hashes: list[str]) -> list[ApiKey | None]:
        rows = await self._db.execute_idempotent("use_api_keys", KeyRow, key_hashes=key_hashes)
        found = {row.key_hash: ApiKey(row.name, frozenset(row.scopes)) for row in rows}
        return [found.get(key_hash) for key_hash in key_hashes]


def _hashed(key: str) -> str:
    """Returns the form in which a key is stored."""
    return hashlib.sha256(key.encode()).hexdigest()
