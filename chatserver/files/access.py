"""Who may have the bytes of a file: looked up at every request, since an address is no permission."""

from typing import NamedTuple

from chatserver.database.client import Database
from chatserver.errors import ChatError


class SeenFile(NamedTuple):
    """A file that its reader may see, and where its bytes are; `bytes` is the size of all."""

    key: str
    name: str
    is_picture: bool
    type: str
    bytes: int
    has_small: bool


class OwnFile(NamedTuple):
    """A file that a user has uploaded, and where its bytes are."""

    id: str
    key: str
    name: str
    is_picture: bool


async def files_of_user(db: Database, user_id: int, after: str, limit: int) -> list[OwnFile]:
    """Returns the first `limit` files that a user has uploaded and may still see, with ids after a given one, by id."""
    return await db.query("files_of_user", OwnFile, user_id=user_id, after=after, number=limit)


async def file_for(db: Database, file_id: str, user_id: int) -> SeenFile:
    """Returns a file whose message the user may see, or that they have uploaded and not sent yet.

    Raises ChatError `no_such_file`, the same as for one that does not exist.
    """
    found = await db.query_one("file_for", SeenFile, id=file_id, user_id=user_id)
    if found is None:
        raise ChatError("no_such_file")
    return found
