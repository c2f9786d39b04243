"""Publishes a new name to the user's sessions and to the sockets of everybody who shares a thread with them."""

from collections.abc import Sequence
from typing import NamedTuple

from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.events import UserRenamed
from chatserver.bus.publisher import Publisher
from chatserver.database.client import Database
from chatserver.frames import encode
from chatserver.sso.people import Known, Person


class AcquaintanceRow(NamedTuple):
    """A user, and one who shares a thread with them, or they themselves."""

    user_id: int
    other_id: int


async def publish_renames(
    db: Database, session_index: SessionIndex, publisher: Publisher, people: Sequence[tuple[Known, Person]]
) -> None:
    """Publishes each name or full name that has changed. Raises Unavailable.

    Sessions are looked at in any case, so that a repeat mends what an outage of Redis left behind.
    """
    await session_index.rename({person.user_id: (person.name, person.full_name) for _, person in people})
    renamed = {
        person.user_id: person
        for former, person in people
        if former.user_id and (former.name, former.full_name) != (person.name, person.full_name)
    }
    if not renamed:
        return
    others: dict[int, list[int]] = {}
    for row in await db.query("acquaintances", AcquaintanceRow, user_ids=list(renamed)):
        others.setdefault(row.user_id, []).append(row.other_id)
    for user_id, recipients in others.items():
        publisher.publish(recipients, UserRenamed(user_frame(renamed[user_id])))


def user_frame(person: Person) -> str:
    """Returns the `user` frame with a person's names."""
    return encode({"type": "user", "id": person.user_id, "name": person.name, "full_name": person.full_name})
