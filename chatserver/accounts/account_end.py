"""What the end of an account, or of a user's right to sign in, entails elsewhere."""

from collections.abc import Sequence
from typing import NamedTuple


class GroupChange(NamedTuple):
    """A group in which something has happened, with the number of the first note about it."""

    thread_id: int
    change: int


class AccountEnd(NamedTuple):
    """What the end of an account entails: the caller ends sessions, and tells the people of its groups.

    `ended_at` is the time for `revoke`, 0 for a user whom no other site knows. `groups` are those that the user has
    left, or that have another owner now (`Groups.publish_notes`).
    """

    ended_at: int
    groups: list[GroupChange]


class EndRow(NamedTuple):
    """The time of an account's end, and a group that it has changed; None for neither."""

    ended_at: int | None
    thread_id: int | None
    change: int | None


def read_end(rows: Sequence[EndRow]) -> AccountEnd:
    """Returns what the rows of a query say: one for each group, or one without a group."""
    groups = [GroupChange(row.thread_id, row.change) for row in rows if row.thread_id and row.change]
    return AccountEnd(rows[0].ended_at or 0, groups)
