"""The messages of a source, added to the threads here: each once, in the order of their times, and told to nobody."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from chatserver.bus.events import ListGrown, ThreadGrown
from chatserver.bus.publisher import Publisher
from chatserver.database.client import Database
from chatserver.errors import CommandError
from chatserver.frames import encode
from chatserver.imports.report import Report
from chatserver.imports.staged import AT_ONCE, Staged, StagedMessage


class Planned(NamedTuple):
    """What would be added: how many messages, and the ids in the source of those that would get another time."""

    added: int
    redated: list[int]


class Added(NamedTuple):
    """The same of a thread, 0 if all was known, with the users who take part in it."""

    thread_id: int
    added: int
    redated: list[int]
    user_ids: list[int] | None


class MiscountedError(CommandError):
    """The counters of a thread do not say what is stored."""


def client_id(source_id: int) -> str:
    """Returns the id under which a message of the source is sent here, whenever it is imported."""
    return str(uuid5(NAMESPACE_URL, f"django:{source_id}"))


async def import_messages(db: Database, publisher: Publisher, issuer: str, staged: Staged, report: Report) -> None:
    """Adds what is new. Pages that show such a thread load it again.

    At the end the lists of all people of the import do, also where nothing was new: a run that was killed told nobody.
    """
    done, user_ids = 0, set[int]()
    try:
        for batch in staged.messages():
            rows = await db.execute_idempotent(
                "import_messages", Added, **_places(issuer, batch), texts=[message.text for message in batch]
            )
            for row in rows:
                if row.added:
                    publisher.publish(row.user_ids or [], ThreadGrown(row.thread_id))
                user_ids.update(row.user_ids or [])
            _count(rows, report)
            done += len(batch)
            report.progress(f"{done:,} of {report.messages:,} messages")
    finally:
        _show_in_lists(publisher, sorted(user_ids))


def _show_in_lists(publisher: Publisher, user_ids: Sequence[int]) -> None:
    for start in range(0, len(user_ids), AT_ONCE):
        publisher.publish(user_ids[start : start + AT_ONCE], ListGrown(encode({"type": "reset", "thread": None})))


async def plan_messages(db: Database, issuer: str, staged: Staged, report: Report) -> None:
    """Counts what would be added, and stores nothing."""
    for batch in staged.messages():
        _count(await db.query("new_messages", Planned, **_places(issuer, batch)), report)


def _places(issuer: str, batch: Sequence[StagedMessage]) -> dict[str, object]:
    return {
        "issuer": issuer,
        "thread_ids": [message.ours for message in batch],
        "senders": [message.sender for message in batch],
        "client_ids": [client_id(message.id) for message in batch],
        "times": [message.at for message in batch],
        "source_ids": [message.id for message in batch],
    }


def _count(rows: Sequence[Added | Planned], report: Report) -> None:
    for row in rows:
        report.added += row.added
        report.redated += len(row.redated)
        for id_ in row.redated:
            report.list(f"message {id_}", "redated, to the time of the message before it, or of the import")


async def check_counters(db: Database, staged: Staged) -> None:
    """Compares the counters of all threads of the import with what is stored. Raises MiscountedError."""
    for batch in staged.ours():
        if wrong := await db.query("miscounted_threads", int, thread_ids=batch):
            raise MiscountedError(f"The counters of these threads are wrong: {', '.join(map(str, wrong))}.")
