"""`python -m chatserver thread …`: the operator's commands for groups."""

import argparse
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from chatserver.accounts.accounts import Accounts, User
from chatserver.accounts.passwords import Hasher
from chatserver.cli.context import UsageError, publishing, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest, parse_thread_id
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.groups.creation import NewGroup
from chatserver.conversations.pairs import pair_thread
from chatserver.conversations.text_digests import TextDigests
from chatserver.conversations.threads import find_threads
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.printing import print_json
from chatserver.validation import clean_title

Answer = dict[str, Any]


class Site(NamedTuple):
    """The services that the actions use."""

    db: Database
    accounts: Accounts
    groups: Groups


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `thread` and its actions to the parser."""
    about = "create and change groups"
    actions = commands.add_parser("thread", help=about, description=about).add_subparsers(
        required=True, metavar="ACTION"
    )

    def action(name: str, work: Callable[[Site, argparse.Namespace], Awaitable[Answer]], help_: str) -> Any:
        added = actions.add_parser(name, help=help_)
        added.set_defaults(run=_run, work=work)
        if work is not _create:
            added.add_argument("thread", type=int)
        return added

    create = action("create", _create, "a new thread of these people")
    create.add_argument("names", nargs="+", metavar="NAME")
    create.add_argument("--title", help="the group's title; then two people are a group, too")
    create.add_argument("--owner", metavar="NAME", help="who owns the group (the first NAME)")
    create.add_argument("--history", choices=("all", "joined"), default="all", help="what newcomers see (all)")
    for name, work in (("add", _add), ("remove", _remove)):
        action(name, work, f"{name} people").add_argument("names", nargs="+", metavar="NAME")
    action("title", _set_title, "give the group a title").add_argument("title")
    action("owner", _set_owner, "make somebody in the group an owner").add_argument("name", metavar="NAME")


def _run(arguments: argparse.Namespace) -> None:
    async def work(config: Config, database: Database) -> Answer:
        async with publishing(config) as (_, publisher):
            groups = Groups(database, publisher, config, TextDigests(config.secret_keys))
            answer: Answer = await arguments.work(Site(database, Accounts(database, Hasher(1, 0)), groups), arguments)
            return answer

    print_json(with_database(load_config(), work))


async def _create(site: Site, arguments: argparse.Namespace) -> Answer:
    """Makes a group; of two people without a title, finds or makes their one-to-one thread. Raises UsageError."""
    users = await _find(site, arguments.names)
    if len(users) < 2:
        raise UsageError("A thread needs two people or more.")
    if len(users) == 2 and arguments.title is None:
        return _answer(await pair_thread(site.db, users[0].id, users[1].id), users)
    title = None if arguments.title is None else clean_title(arguments.title)
    owner = await site.accounts.find(arguments.owner) if arguments.owner else users[0]
    if owner not in users:
        raise UsageError(f"{owner.name} is not one of the people.")
    new = NewGroup(title, [user.id for user in users], arguments.history)
    return _answer(await site.groups.create(new, by=None, owner=owner.id), users)


async def _add(site: Site, arguments: argparse.Namespace) -> Answer:
    users, thread_id = await _find(site, arguments.names), parse_thread_id(arguments.thread)
    added = await site.groups.add(thread_id, [user.id for user in users], by=None)
    return _answer(thread_id, [user for user in users if user.id in added])


async def _remove(site: Site, arguments: argparse.Namespace) -> Answer:
    users, thread_id = await _find(site, arguments.names), parse_thread_id(arguments.thread)
    removed = await site.groups.remove(thread_id, [user.id for user in users], by=None)
    return _answer(thread_id, [user for user in users if user.id in removed])


async def _set_title(site: Site, arguments: argparse.Namespace) -> Answer:
    thread_id, title = parse_thread_id(arguments.thread), clean_title(arguments.title)
    await site.groups.set_title(thread_id, title, by=None)
    return {"id": thread_id, "title": title}


async def _set_owner(site: Site, arguments: argparse.Namespace) -> Answer:
    """Makes a participant an owner of the group. Raises UsageError for anyone else."""
    user, thread_id = await site.accounts.find(arguments.name), parse_thread_id(arguments.thread)
    await site.groups.set_owner(thread_id, user.id, True, by=None)
    (found,) = await find_threads(site.db, [ThreadRequest(thread_id, user.id)])
    if isinstance(found, ChatError):
        raise UsageError(f"{user.name} is not in this group.")
    return {"id": thread_id, "owner": user.as_frame()}


async def _find(site: Site, names: Sequence[str]) -> list[User]:
    """Returns each user once, in the order of the names. Raises ChatError `no_such_user`."""
    return list(dict.fromkeys([await site.accounts.find(name) for name in names]))


def _answer(thread_id: int, users: Sequence[User]) -> Answer:
    return {"id": thread_id, "members": [user.as_frame() for user in users]}
