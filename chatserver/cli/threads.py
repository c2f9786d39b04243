"""`python -m chatserver thread …`: the operator's commands for groups."""

import argparse
from typing import Any

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.passwords import Hasher
from chatserver.bus.events import ParticipantRemoved
from chatserver.cli.context import publishing, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.conversations import groups
from chatserver.conversations.access import parse_thread_id
from chatserver.database import client as db
from chatserver.printing import print_json


def add_thread_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `thread` and its actions to the parser."""
    about = "create and change groups"
    actions = commands.add_parser("thread", help=about, description=about).add_subparsers(
        required=True, metavar="ACTION"
    )
    create = actions.add_parser("create", help="a new thread of these people")
    create.add_argument("names", nargs="+", metavar="NAME")
    create.set_defaults(run=_run, action="create")
    for name in ("add", "remove"):
        change = actions.add_parser(name, help=f"{name} people")
        change.add_argument("thread", type=int)
        change.add_argument("names", nargs="+", metavar="NAME")
        change.set_defaults(run=_run, action=name)


def _run(arguments: argparse.Namespace) -> None:
    async def work(config: Config, database: db.Database) -> dict[str, Any]:
        accounts = Accounts(database, Hasher(1, 0))
        if arguments.action == "create":
            thread_id, users = await groups.create(database, accounts, arguments.names)
        else:
            thread_id = parse_thread_id(arguments.thread)
            change = groups.add if arguments.action == "add" else groups.remove
            users = await change(database, accounts, thread_id, arguments.names)
        if arguments.action == "remove":
            async with publishing(config) as (_, publisher):
                publisher.publish([user.id for user in users], ParticipantRemoved(thread_id))
        return {"id": thread_id, "members": [user._asdict() for user in users]}

    print_json(with_database(load_config(), work))
