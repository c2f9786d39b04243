"""What happens in a group: people come and go, roles, title and history change."""

from collections.abc import Sequence
from typing import NamedTuple

from chatserver.accounts.account_end import GroupChange
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import outsider
from chatserver.conversations.groups.creation import Creation, NewGroup, create_group
from chatserver.conversations.groups.publishing import publish_notes, publish_removed
from chatserver.conversations.groups.refusals import refusal
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.client import Database


class ActRow(NamedTuple):
    """What became of an act: `changed`, `done` (all was as wished already), or a refusal, and whose.

    `change` is the number of its first note, None for none; `came` and `gone` are the ids of users whom the act
    added and removed.
    """

    outcome: str
    refused: str | None
    retry_after: float | None
    change: int | None
    came: list[int]
    gone: list[int]


class Groups:
    """Makes and changes groups. `by` is the acting user, None for the terminal and the API, which need no role.

    The functions raise ChatError: `no_such_thread` if `by` takes no part or the thread is no group, `not_an_owner`.
    """

    def __init__(self, db: Database, publisher: Publisher, config: Config, text_digests: TextDigests) -> None:
        self._db = db
        self._publisher = publisher
        self._config = config
        self._text_digests = text_digests

    async def create(
        self,
        new: NewGroup,
        *,
        by: int | None,
        owner: int | None = None,
        client_id: str | None = None,
        text: str | None = None,
    ) -> int:
        """Makes a group and returns its thread, as `create_group` says; `text` is that of its first message.

        The caller sends that message afterwards, under the same client id, also after a repeat.
        """
        return await create_group(
            self._db,
            self._publisher,
            self._config,
            self._text_digests,
            new,
            by=by,
            owner=owner,
            creation=None if client_id is None else Creation(client_id, text),
        )

    async def add(self, thread_id: int, people: Sequence[int], *, by: int | None) -> list[int]:
        """Adds all these people, or none; returns the ids of the newcomers.

        Raises also `too_many_people`, `accepts_no_messages` with the name, or `too_many`.
        """
        return (await self._act(thread_id, "added", by, people=list(dict.fromkeys(people)))).came

    async def remove(self, thread_id: int, people: Sequence[int], *, by: int | None) -> list[int]:
        """Removes people, who see nothing from then on, and returns their ids. Members may remove themselves."""
        return (await self._act(thread_id, "removed", by, people=people)).gone

    async def set_title(self, thread_id: int, title: str, *, by: int | None) -> None:
        """Gives the group a title, which is clean."""
        await self._act(thread_id, "titled", by, value=title)

    async def set_history(self, thread_id: int, history: str, *, by: int | None) -> None:
        """Sets what later newcomers see: `all`, or what comes after they `joined`."""
        await self._act(thread_id, "history", by, value=history)

    async def set_owner(self, thread_id: int, person: int, owns: bool, *, by: int | None) -> None:
        """Makes somebody an owner, or an owner a member; the last owner stays one."""
        await self._act(thread_id, "owner" if owns else "member", by, people=[person])

    async def publish_notes(self, changes: Sequence[GroupChange]) -> None:
        """Publishes the notes that the end of an account left in groups."""
        await publish_notes(self._db, self._publisher, self._config, changes)

    async def _act(
        self, thread_id: int, kind: str, by: int | None, *, people: Sequence[int] = (), value: str | None = None
    ) -> ActRow:
        rows = await self._db.execute_idempotent(
            "change_group",
            ActRow,
            thread_id=thread_id,
            kind=kind,
            by_id=by,
            people=list(people),
            value=value,
            most_people=self._config.group_people,
            strangers_a_day=self._config.strangers_a_day,
        )
        if not rows:
            raise outsider()
        (row,) = rows
        if row.outcome not in {"changed", "done"}:
            raise refusal(self._config, row.outcome, row.refused, row.retry_after)
        change = GroupChange(thread_id, row.change or 0)
        publish_removed(self._publisher, change, row.gone)
        if row.change is not None:
            await self.publish_notes([change])
        return row
