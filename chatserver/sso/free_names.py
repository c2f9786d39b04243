"""Finds names that nobody has, is resting from, or could take for somebody else's."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from chatserver.accounts.names import name_key, name_skeleton
from chatserver.database.client import Database
from chatserver.sso.handles import numbered

FIRST_LOOK = 4  # names; each further look for the same handle is ten times as long


class Name(NamedTuple):
    """A name with what makes it unique."""

    name: str
    key: str
    skeleton: str


class OwnerRow(NamedTuple):
    """Who owns the name at a place of the list."""

    place: int
    user_id: int


class FreeNames:
    """The names that were free when they were looked up, each given once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen: dict[str, list[tuple[Name, set[int]]]] = {}
        self._unseen: dict[str, Iterator[str]] = {}
        self._given: set[str] = set()

    async def look_at(self, handles: Iterable[str]) -> None:
        """Looks at the first names of many handles, in one query."""
        await self._look(dict.fromkeys(handles))

    async def lowest(self, handle: str, user_id: int | None) -> Name:
        """Returns the first of `handle`, `handle.2`, `handle.3` … that is free, or already this user's."""
        seen = self._seen.setdefault(handle, [])
        place = 0
        while True:
            if place == len(seen):
                await self._look([handle])
            name, owners = seen[place]
            if owners <= {user_id} and not self._given & {name.key, name.skeleton}:
                self._given |= {name.key, name.skeleton}
                del seen[place]  # or a thousand people of one name would be a million comparisons
                return name
            place += 1

    async def _look(self, handles: Iterable[str]) -> None:
        looks = [(handle, name) for handle in handles for name in self._next_names(handle)]
        names = [name for _, name in looks]
        rows = await self._db.query(
            "owners_of_names",
            OwnerRow,
            name_keys=[name.key for name in names],
            name_skeletons=[name.skeleton for name in names],
        )
        owners: list[set[int]] = [set() for _ in names]
        for row in rows:
            owners[row.place - 1].add(row.user_id)
        for (handle, name), who in zip(looks, owners, strict=True):
            self._seen[handle].append((name, who))

    def _next_names(self, handle: str) -> list[Name]:
        seen, unseen = self._seen.setdefault(handle, []), self._unseen.setdefault(handle, numbered(handle))
        number = 9 * len(seen) or FIRST_LOOK
        return [Name(name, name_key(name), name_skeleton(name)) for name in islice(unseen, number)]
