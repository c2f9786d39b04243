"""Making a group: once, however often it is asked for."""

from collections.abc import Sequence
from typing import NamedTuple

from chatserver.accounts.account_end import GroupChange
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.groups.publishing import publish_notes
from chatserver.conversations.groups.refusals import refusal
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.client import Database
from chatserver.errors import ChatError


class NewGroup(NamedTuple):
    """A group to make: its title is clean, None for none; `people` are ids, of whom doubles and the maker do not count.

    `history`: what a newcomer will see, `all`, or what comes after `joined`.
    """

    title: str | None
    people: Sequence[int]
    history: str = "all"


class Creation(NamedTuple):
    """The client id of a creation, and the first message that will have it too, None for none."""

    client_id: str  # a UUID, in lower case
    text: str | None


class CreationRow(NamedTuple):
    """The group made now, or what was made under this client id `earlier`; or a refusal, and whose."""

    code: str | None
    refused: str | None
    retry_after: float | None
    thread_id: int
    is_new: bool
    earlier_title: str | None
    earlier_people: list[int] | None
    earlier_digest: bytes | None  # a memoryview


async def create_group(
    db: Database,
    publisher: Publisher,
    config: Config,
    text_digests: TextDigests,
    new: NewGroup,
    *,
    by: int | None,
    owner: int | None,
    creation: Creation | None,
) -> int:
    """Makes a group and returns its thread; `by` None: for the terminal or the API, owned by `owner` (None: nobody).

    A repeat of a creation returns the same thread. Raises ChatError: `too_few_people`, `too_many_people`,
    `accepts_no_messages` with the name, `too_many`, and `duplicate_id` if its client id is that of something else.
    """
    people = [person for person in dict.fromkeys(new.people) if person != by]
    if len(people) < (1 if by else 2):
        raise ChatError("too_few_people")
    if 0 < config.group_people < len(people) + (by is not None):
        raise refusal(config, "too_many_people", None, None)
    digest = None if creation is None or creation.text is None else text_digests.of(creation.client_id, creation.text)
    (row,) = await db.execute_once(
        "create_group",
        CreationRow,
        by_id=by,
        owner_id=owner,
        people=people,
        title=new.title,
        history=new.history,
        client_id=creation and creation.client_id,
        text_digest=digest,
        strangers_a_day=config.strangers_a_day,
    )
    if row.code is not None:
        raise refusal(config, row.code, row.refused, row.retry_after)
    if row.is_new:
        await publish_notes(db, publisher, config, [GroupChange(row.thread_id, 1)])
    elif creation is None or not _is_same(text_digests, creation, row, new.title, people):
        raise ChatError("duplicate_id")
    return row.thread_id


def _is_same(
    text_digests: TextDigests, creation: Creation, row: CreationRow, title: str | None, people: Sequence[int]
) -> bool:
    if row.earlier_title != title or sorted(row.earlier_people or ()) != sorted(people):
        return False
    if row.earlier_digest is None or creation.text is None:
        return row.earlier_digest is None and creation.text is None
    return text_digests.matches(bytes(row.earlier_digest), creation.client_id, creation.text)
