"""Keeps accounts in step with another site: creates them, and updates names, addresses and languages.

Each attempt reads, decides, and stores only if nothing has changed since: of two at once, one looks again. So there is
one account for a subject, one owner for a name, and a repeat changes nothing.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import psycopg2.errors

from chatserver.accounts.full_names import words_of
from chatserver.accounts.session_index import SessionIndex
from chatserver.accounts.skeletons import fill_skeletons
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.errors import Unavailable
from chatserver.sso.free_names import FreeNames, Name
from chatserver.sso.handles import handle_of
from chatserver.sso.people import Known, Person, find_known, person_of
from chatserver.sso.profiles import UNSET, Profile, Value
from chatserver.sso.rename_events import publish_renames

ATTEMPTS = 20


class StoredRow(NamedTuple):
    """A person who was made or changed."""

    subject: str
    user_id: int


class Change(NamedTuple):
    """A person to make or to change; `name` is None if it stays, `new_id` reserved for somebody to be made."""

    before: Known
    after: Known
    name: Name | None
    new_id: int | None


class Handle(NamedTuple):
    """What a person's name is made from; `new_id` is reserved for somebody to be made whom it names."""

    text: str
    new_id: int | None


class AccountSync:
    """Finds or makes the people of the site `SSO_ISSUER`."""

    def __init__(self, db: Database, session_index: SessionIndex, publisher: Publisher, config: Config) -> None:
        self._db = db
        self._session_index = session_index
        self._publisher = publisher
        self._issuer = config.sso_issuer
        self._rest_days = config.name_reservation_days

    async def sync(self, profiles: Sequence[Profile], check: Callable[[Known], None] = lambda _: None) -> list[Person]:
        """Returns the people, in the order of `profiles`, as they are now; all are stored, or none.

        `check` gets the stored state of each before anything is changed, and may raise. New names are published to
        everybody who sees them. Raises Unavailable.
        """
        by_subject: dict[str, Profile] = {}
        for profile in profiles:
            former = by_subject.get(profile.subject)
            by_subject[profile.subject] = former.updated_by(profile) if former else profile
        before, after = await self._stored(by_subject, check)
        people = {known.subject: person for known in after if (person := person_of(known))}
        stored = {known.subject: known for known in before}
        pairs = [(stored[subject], person) for subject, person in people.items()]
        await publish_renames(self._db, self._session_index, self._publisher, pairs)
        return [people[profile.subject] for profile in profiles]

    async def _stored(
        self, profiles: Mapping[str, Profile], check: Callable[[Known], None]
    ) -> tuple[list[Known], list[Known]]:
        """Returns what was stored of the subjects before, and what is now."""
        for _ in range(ATTEMPTS):
            before = await find_known(self._db, self._issuer, list(profiles))
            for known in before:
                check(known)
            changes = await self._changes(before, profiles)
            if not changes:
                return before, before
            if await self._store(changes):
                return before, await find_known(self._db, self._issuer, list(profiles))
        raise Unavailable("the same people are being changed by many at once")

    async def _changes(self, before: Sequence[Known], profiles: Mapping[str, Profile]) -> list[Change]:
        changing = [(known, merge(known, profiles[known.subject])) for known in before]
        changing = [(known, after) for known, after in changing if known.user_id is None or after != known]
        renaming = [(known, after) for known, after in changing if _renames(known, after)]
        if not renaming:
            return [Change(known, after, None, None) for known, after in changing]
        await fill_skeletons(self._db)
        handles = await self._handles(renaming)
        free_names = FreeNames(self._db)
        await free_names.look_at(handle.text for handle in handles.values())
        changes = []
        for known, after in changing:
            handle = handles.get(known.subject)
            name = handle and await free_names.lowest(handle.text, known.user_id)
            changes.append(Change(known, after, name, handle and handle.new_id))
        return changes

    async def _handles(self, renaming: Sequence[tuple[Known, Known]]) -> dict[str, Handle]:
        """Returns the handles by subject. Whoever has no name gets one by the user's id, which a new one reserves."""
        made = {known.subject: handle_of(after.told_name or "") for known, after in renaming}
        nameless = [known.subject for known, _ in renaming if known.user_id is None and made[known.subject] is None]
        ids = await self._db.query("next_user_ids", int, number=len(nameless)) if nameless else []
        new_ids = dict(zip(nameless, ids, strict=True))
        return {
            known.subject: Handle(
                made[known.subject] or f"user.{known.user_id or new_ids[known.subject]}", new_ids.get(known.subject)
            )
            for known, _ in renaming
        }

    async def _store(self, changes: Sequence[Change]) -> bool:
        """Stores the changes unless something has changed since it was read; tells whether it did."""
        try:
            rows = await self._db.execute_idempotent(
                "follow_site",
                StoredRow,
                issuer=self._issuer,
                subjects=[change.before.subject for change in changes],
                versions=[change.before.version for change in changes],
                user_ids=[change.before.user_id for change in changes],
                new_ids=[change.new_id for change in changes],
                names=[change.name and change.name.name for change in changes],
                name_keys=[change.name and change.name.key for change in changes],
                name_skeletons=[change.name and change.name.skeleton for change in changes],
                full_names=[change.after.full_name for change in changes],
                told_names=[change.after.told_name for change in changes],
                emails=[change.after.email for change in changes],
                languages=[change.after.language for change in changes],
                words=json.dumps(
                    {change.after.subject: " ".join(words_of(change.after.full_name or "")) for change in changes}
                ),
                rest_days=self._rest_days,
            )
        except psycopg2.errors.UniqueViolation:  # somebody else made the same person first
            return False
        return bool(rows)


def merge(known: Known, profile: Profile) -> Known:
    """Returns what will be stored of a person, but for the name that this leads to."""
    return known._replace(
        told_name=_told_name(known, profile),
        full_name=_or_stored(profile.full_name, known.full_name),
        email=_or_stored(profile.email, known.email),
        language=_or_stored(profile.language, known.language),
    )


def _told_name(known: Known, profile: Profile) -> str | None:
    """Returns the name that the site uses: the name, or the full name if it has never sent a name."""
    if isinstance(profile.name, str):
        return profile.name
    if isinstance(profile.full_name, str) and known.told_name in {None, known.full_name}:
        return profile.full_name
    return known.told_name if profile.name is UNSET else None


def _or_stored(new: Value, stored: str | None) -> str | None:
    return stored if new is UNSET else new


def _renames(known: Known, after: Known) -> bool:
    """Tells whether a name is to be chosen: for a new person, or since the site sends another one."""
    return known.user_id is None or (after.told_name is not None and after.told_name != known.told_name)
