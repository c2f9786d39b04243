"""Groups, and threads created by the command line: any number of users."""

from collections.abc import Sequence

from chatserver.accounts.accounts import Accounts, User
from chatserver.conversations.access import outsider
from chatserver.conversations.threads import pair_thread
from chatserver.database.client import Database
from chatserver.errors import CommandError


class TooFewPeople(CommandError):
    """A thread needs at least two users."""


async def create(db: Database, accounts: Accounts, names: Sequence[str]) -> tuple[int, list[User]]:
    """Creates a thread of these users; for two, returns their one-to-one thread.

    Raises ChatError `no_such_user`, and TooFewPeople.
    """
    users = await _find(accounts, names)
    if len(users) < 2:
        raise TooFewPeople("A thread needs two people or more.")
    if len(users) == 2:
        return await pair_thread(db, users[0].id, users[1].id), users
    (thread_id,) = await db.execute_once("group_thread", int, user_ids=[user.id for user in users])
    return thread_id, users


async def add(db: Database, accounts: Accounts, thread_id: int, names: Sequence[str]) -> list[User]:
    """Adds users to a group; returns those who were not in it. Raises ChatError `no_such_user`, or `no_such_thread`."""
    return await _change(db, accounts, "add_participants", thread_id, names)


async def remove(db: Database, accounts: Accounts, thread_id: int, names: Sequence[str]) -> list[User]:
    """Removes users from a group; returns those who were in it. They receive nothing stored after this.

    Raises ChatError `no_such_user`, or `no_such_thread`.
    """
    return await _change(db, accounts, "remove_participants", thread_id, names)


async def _change(db: Database, accounts: Accounts, query: str, thread_id: int, names: Sequence[str]) -> list[User]:
    users = await _find(accounts, names)
    if await db.query_one("find_group", int, thread_id=thread_id) is None:
        raise outsider()
    changed = await db.execute_once(query, int, thread_id=thread_id, user_ids=[user.id for user in users])
    return [user for user in users if user.id in changed]


async def _find(accounts: Accounts, names: Sequence[str]) -> list[User]:
    """Returns each user once, in the order of the names."""
    return list(dict.fromkeys([await accounts.find(name) for name in names]))
