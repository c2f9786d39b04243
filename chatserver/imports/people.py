"""The people of a source as users here: known ones as they are, the others as a token of their site would make them.

What was changed here since stays: nobody is renamed, enabled or made again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chatserver.database.client import Database
from chatserver.imports.report import Report
from chatserver.imports.staged import Staged, StagedPerson
from chatserver.sso.account_sync import AccountSync
from chatserver.sso.free_names import FreeNames
from chatserver.sso.handles import handle_of
from chatserver.sso.people import Person, find_people
from chatserver.sso.profiles import Profile, profile_from_body


class ImportedPerson(NamedTuple):
    """Which user a person of the source became."""

    source_id: int
    user_id: int


async def import_people(db: Database, account_sync: AccountSync, issuer: str, staged: Staged, report: Report) -> None:
    """Makes users of the people whom nobody here is yet. Raises Unavailable."""
    done = 0
    for batch in staged.people():
        new = await _unknown(db, issuer, batch)
        found = await find_people(db, issuer, [_subject(person) for person in new])
        missing = [person for person, user in zip(new, found, strict=True) if user is None]
        made = iter(await account_sync.sync([_profile(person) for person in missing]))
        users = [user or next(made) for user in found]
        await _remember(db, issuer, new, users)
        for person, user in zip(new, users, strict=True):
            _list_renamed(person, user.name, report)
        done += len(batch)
        report.progress(f"{done:,} of {report.people:,} people")


async def plan_people(db: Database, issuer: str, staged: Staged, report: Report) -> None:
    """Lists who would get another name, and stores nothing."""
    free_names = FreeNames(db)
    for batch in staged.people():
        new = await _unknown(db, issuer, batch)
        found = await find_people(db, issuer, [_subject(person) for person in new])
        handles = [handle_of(str(_profile(person).name)) for person in new]
        await free_names.look_at(handle for handle in handles if handle)
        for person, user, handle in zip(new, found, handles, strict=True):
            free = (await free_names.lowest(handle, None)).name if handle else "user.<id>"
            _list_renamed(person, user.name if user else free, report)


async def _unknown(db: Database, issuer: str, batch: Sequence[StagedPerson]) -> list[StagedPerson]:
    known = await db.query("imported_people", ImportedPerson, issuer=issuer, source_ids=[each.id for each in batch])
    ids = {person.source_id for person in known}
    return [person for person in batch if person.id not in ids]


def _profile(person: StagedPerson) -> Profile:
    return profile_from_body(_subject(person), {"name": person.name})


def _subject(person: StagedPerson) -> str:
    """Returns the person's subject, or one that no token can have, by which an interrupted import finds its account."""
    return person.subject or f"/{person.id}"


async def _remember(db: Database, issuer: str, people: Sequence[StagedPerson], users: Sequence[Person]) -> None:
    await db.execute_idempotent(
        "remember_people",
        issuer=issuer,
        source_ids=[person.id for person in people],
        user_ids=[user.user_id for user in users],
        disabled_ids=[user.user_id for person, user in zip(people, users, strict=True) if not person.active],
        no_subjects=[_subject(person) for person in people if not person.subject],
    )


def _list_renamed(person: StagedPerson, name: str, report: Report) -> None:
    if person.name != name:
        report.renamed += bool(person.name)
        report.list(f"user {person.id}", f"{person.name!r} is called {name!r} here")
