"""The people of a group, a page at a time."""

from typing import Any, NamedTuple

from chatserver.conversations.access import ThreadRequest, outsider
from chatserver.database.client import Database
from chatserver.frames import named

PEOPLE = 100  # on a page


class GroupMember(NamedTuple):
    """Somebody in a group, as another one sees them; `read` is their read marker, 0 if they hide it."""

    id: int
    name: str
    full_name: str | None
    owner: bool
    read: int

    def as_frame(self) -> dict[str, Any]:
        """Returns the person as JSON names them."""
        return named(self.id, self.name, self.full_name) | {"owner": self.owner, "read": self.read}


class GroupRow(NamedTuple):
    """A group as one of its people sees it; `owns`: they are one of its `owners`, a number."""

    title: str | None
    history: str
    owns: bool
    people_count: int
    owners: int


class GroupPage(NamedTuple):
    """A page of the people of a group, by id; the next one begins after `next`, None for the last."""

    title: str | None
    history: str
    owns: bool
    people_count: int
    owners: int
    people: list[GroupMember]
    next: int | None


async def group_page(db: Database, request: ThreadRequest, after: int = 0, limit: int = PEOPLE) -> GroupPage:
    """Returns at most `limit` people with ids above `after`. Raises ChatError `no_such_thread`, of a pair, too."""
    asked = {"thread_id": request.thread_id, "user_id": request.user_id}
    group = await db.query_one("group_of", GroupRow, **asked)
    if group is None:
        raise outsider()
    people = await db.query("people_of_group", GroupMember, **asked, after=after, number=limit + 1)
    return GroupPage(*group, people[:limit], people[limit - 1].id if len(people) > limit else None)
