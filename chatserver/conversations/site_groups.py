"""Groups that a program of the site keeps, under keys of its own: nobody owns them, and they stay without people."""

from collections.abc import Sequence
from typing import NamedTuple

from chatserver.accounts.account_end import GroupChange
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import SiteRequest, outsider
from chatserver.conversations.groups.publishing import publish_notes, publish_removed
from chatserver.conversations.groups.refusals import refusal
from chatserver.database.client import Database
from chatserver.errors import ChatError


class SiteGroup(NamedTuple):
    """A group as it is to be; what is None stays. `history` counts when the group is made."""

    key: str
    people: Sequence[int] | None  # ids, each once
    title: str | None  # clean
    history: str


class PutRow(NamedTuple):
    """The group's thread, and the number of the first note, None if all was as wished.

    `gone` were taken out, by the note `gone_change`, 0 if nobody was.
    """

    thread_id: int
    change: int | None
    gone: list[int]
    gone_change: int


async def find_site_group(db: Database, key: str) -> SiteRequest:
    """Returns the thread of a key. Raises ChatError `no_such_thread`."""
    thread_id = await db.query_one("site_group", int, key=key)
    if thread_id is None:
        raise outsider()
    return SiteRequest(thread_id)


async def put_site_group(db: Database, publisher: Publisher, config: Config, group: SiteGroup) -> SiteRequest:
    """Makes the group, or makes it as wished, and tells its people; of two calls the later one wins.

    Raises ChatError: `too_few_people` for a new key without people, `too_many_people`, and `no_such_user` if one of
    them was deleted meanwhile.
    """
    if group.people is not None and 0 < config.group_people < len(group.people):
        raise refusal(config, "too_many_people", None, None)
    people = None if group.people is None else list(group.people)
    rows = await db.execute_idempotent(
        "put_site_group", PutRow, key=group.key, people=people, title=group.title, history=group.history
    )
    if not rows:
        raise ChatError("no_such_user" if people else "too_few_people")
    (row,) = rows
    publish_removed(publisher, GroupChange(row.thread_id, row.gone_change), row.gone)
    if row.change is not None:
        await publish_notes(db, publisher, config, [GroupChange(row.thread_id, row.change)])
    return SiteRequest(row.thread_id)
