"""The files of messages, as frames and pages show them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.validation import parse_uuid

MOST_FILES = 10  # of one message


class MessageFile(NamedTuple):
    """A file that was uploaded: `bytes` is the size of what is served. The last three are None if it is no picture."""

    id: str  # a UUID
    name: str
    type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    animated: bool | None = None

    @property
    def is_picture(self) -> bool:
        """Whether it is shown, and not only downloaded."""
        return self.width is not None

    def as_frame(self) -> dict[str, Any]:
        """Returns the file as frames and answers describe it."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class PreviewFile(NamedTuple):
    """What a list shows of a file of the last message."""

    name: str
    type: str
    width: int | None

    @property
    def is_picture(self) -> bool:
        """Whether it is shown, and not only downloaded."""
        return self.width is not None


class PlacedFile(NamedTuple):
    """A file with the message that has it; the fields of MessageFile follow."""

    thread_id: int
    seq: int
    id: str
    name: str
    type: str
    bytes: int
    width: int | None
    height: int | None
    animated: bool | None


Files = tuple[MessageFile, ...]


async def files_of(db: Database, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Files]:
    """Returns the files of messages (thread, seq) that their reader may see; makes no query for none."""
    if not places:
        return {}
    found: defaultdict[tuple[int, int], Files] = defaultdict(tuple)
    threads, seqs = zip(*places, strict=True)
    for row in await db.query("files_of_places", PlacedFile, thread_ids=list(threads), seqs=list(seqs)):
        found[row.thread_id, row.seq] += (MessageFile(*row[2:]),)
    return found


def parse_file_ids(raw: object) -> tuple[str, ...]:
    """Returns the ids of the files of a message, in lower case; none if it has none.

    Raises ChatError: `bad_frame` if they are no UUIDs, or one stands twice; `too_many_files`.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise ChatError("bad_frame")
    if len(raw) > MOST_FILES:
        raise ChatError("too_many_files", max=MOST_FILES)
    ids = tuple(parse_uuid(one) for one in raw)
    if len(set(ids)) < len(ids):
        raise ChatError("bad_frame")
    return ids
