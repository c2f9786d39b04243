"""The threads of a source as threads here: two people have one, and more people a group."""

from typing import NamedTuple

from chatserver.database.client import Database
from chatserver.imports.report import Report
from chatserver.imports.staged import Staged


class ImportedGroup(NamedTuple):
    """Which group a thread of the source became; None: it was erased here since."""

    source_id: int
    thread_id: int | None


class PairRow(NamedTuple):
    """The thread of the two people at a place of the list; None: there is none yet."""

    place: int
    thread_id: int | None


async def place_pairs(db: Database, issuer: str, staged: Staged, *, make: bool) -> None:
    """Finds the threads of each two people, and makes the missing ones if asked to."""
    for batch in staged.pairs():
        people = {
            "issuer": issuer,
            "firsts": [pair.one for pair in batch],
            "seconds": [pair.other for pair in batch],
        }
        if make:
            await db.execute_idempotent("make_imported_pairs", **people)
        rows = await db.query("imported_pairs", PairRow, **people)
        staged.place([(batch[row.place - 1].thread, row.thread_id) for row in rows if row.thread_id])


async def place_groups(db: Database, issuer: str, staged: Staged, report: Report, *, make: bool) -> None:
    """Finds the groups, and makes those that were never made if asked to. Leaves out what was erased here."""
    for batch in staged.groups():
        threads = [group.thread for group in batch]
        if make:
            seats = [(group.thread, int(person)) for group in batch for person in group.people.split(",")]
            await db.execute_idempotent(
                "make_imported_groups",
                issuer=issuer,
                source_ids=threads,
                seat_threads=[thread for thread, _ in seats],
                seat_people=[person for _, person in seats],
            )
        rows = await db.query("imported_groups", ImportedGroup, issuer=issuer, source_ids=threads)
        staged.place([(row.source_id, row.thread_id) for row in rows if row.thread_id])
        for row in rows:
            if row.thread_id is None:
                report.list(f"thread {row.source_id}", "the group was erased here, left out")
                staged.leave_out([row.source_id])
