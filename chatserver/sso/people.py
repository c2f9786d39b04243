"""People of another site, found by (issuer, subject): never by a name or an address, which others may have here."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chatserver.accounts.accounts import User
from chatserver.database.client import Database
from chatserver.errors import ChatError


class Known(NamedTuple):
    """What is stored of a subject, with what the site sent last; `user_id` is None for nobody.

    `version` counts the changes, 0 = nothing is stored. `ended_at`: when all sessions were last ended, in microseconds
    since 1970, 0 = never.
    """

    subject: str
    user_id: int | None
    name: str | None
    full_name: str | None
    disabled: bool
    created_at: datetime | None
    told_name: str | None
    email: str | None
    language: str | None
    version: int
    ended_at: int


class Person(NamedTuple):
    """A `Known` who has an account."""

    subject: str
    user_id: int
    name: str
    full_name: str | None
    disabled: bool
    created_at: datetime
    told_name: str | None
    email: str | None
    language: str | None
    version: int
    ended_at: int

    @property
    def user(self) -> User:
        """The account."""
        return User(self.user_id, self.name, self.full_name)


def person_of(known: Known) -> Person | None:
    """Returns the person, None if the subject has no account."""
    return None if known.user_id is None else Person._make(known)


async def find_known(db: Database, issuer: str, subjects: Sequence[str]) -> list[Known]:
    """Reads what is stored of each subject, in their order."""
    return await db.query("people_of_site", Known, issuer=issuer, subjects=list(subjects))


async def find_people(db: Database, issuer: str, subjects: Sequence[str]) -> list[Person | None]:
    """Returns the person of each subject, in their order; None for nobody."""
    return [person_of(known) for known in await find_known(db, issuer, subjects)]


async def find_person(db: Database, issuer: str, subject: str) -> Person:
    """Returns the person of a subject. Raises ChatError `no_such_user`."""
    (person,) = await find_people(db, issuer, [subject])
    if person is None:
        raise ChatError("no_such_user")
    return person
