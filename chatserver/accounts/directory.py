"""Finds users by their names: completes one as it is typed, and looks many up at once, without listing all users."""

from collections.abc import Sequence
from typing import NamedTuple

from chatserver.accounts.accounts import User
from chatserver.accounts.names import typed_key
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.validation import UNSTORABLE

NAMES = 5  # in an answer
STRANGERS_FROM = 3  # characters for strangers; one is enough for users who share a thread with the user


async def complete_name(db: Database, user_id: int, beginning: str, words: Sequence[str]) -> list[User]:
    """Returns other users whose names begin so, or whose full names have words that begin with each of `words`.

    In the order of the names. `beginning` comes from `names.name_beginning`, '' = of no name; `words` from
    `full_names.words_of`.
    """
    longest = max(words, key=len, default="")
    return await db.query(
        "people_by_beginning",
        User,
        user_id=user_id,
        beginning=beginning or None,
        word=longest or None,
        words=list(words),
        everybody=max(len(beginning), len(longest)) >= STRANGERS_FROM,
        number=NAMES,
    )


class NamedRow(NamedTuple):
    """A user found by one of several keys of names."""

    id: int
    name: str
    full_name: str | None
    name_key: str


async def find_all(db: Database, names: Sequence[str]) -> list[User]:
    """Returns the users of these names, each once, in the order of the names, by one query.

    Raises ChatError `no_such_user` with the `name` that nobody has.
    """
    keys = [typed_key(name) for name in names]
    storable = [key for key in keys if not UNSTORABLE.search(key)]
    rows = await db.query("users_by_names", NamedRow, name_keys=storable)
    found = {row.name_key: User(row.id, row.name, row.full_name) for row in rows}
    for name, key in zip(names, keys, strict=True):
        if key not in found:
            raise ChatError("no_such_user", name=name)
    return list(dict.fromkeys(found[key] for key in keys))
