"""`python -m chatserver key …`: the keys of other programs, for the API."""

import argparse
from typing import Any

from chatserver.accounts.api_keys import SCOPES, end_key, list_keys, make_key
from chatserver.cli.context import UsageError, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.frames import as_time
from chatserver.printing import print_json

MAX_NAME = 100  # characters


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `key` and its actions to the parser."""
    about = "manage the keys of other programs, for the API"
    actions = commands.add_parser("key", help=about, description=about).add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="print a new key, which is shown only now")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--scope", action="append", choices=SCOPES, help="what it allows; may be repeated (write)")
    create.set_defaults(run=_create)
    actions.add_parser("list", help="list the keys, without their secrets").set_defaults(run=_list)
    end = actions.add_parser("end", help="end a key, everywhere within 5 seconds")
    end.add_argument("name", metavar="NAME")
    end.set_defaults(run=_end)


def _create(arguments: argparse.Namespace) -> None:
    name, scopes = arguments.name, list(dict.fromkeys(arguments.scope or ["write"]))
    if not name.strip() or not name.isprintable() or len(name) > MAX_NAME:
        raise UsageError(f"A key's name has 1 to {MAX_NAME} printable characters.")

    async def work(_: Config, db: Database) -> dict[str, Any]:
        key = await make_key(db, name, scopes)
        if key is None:
            raise UsageError(f"There is a key called {name} already; `key end` ends it.")
        return {"name": name, "scopes": scopes, "key": key}

    print_json(with_database(load_config(), work))


def _list(_: argparse.Namespace) -> None:
    async def work(_: Config, db: Database) -> dict[str, Any]:
        keys = await list_keys(db)
        return {
            "keys": [
                {
                    "name": key.name,
                    "scopes": key.scopes,
                    "made_at": as_time(key.made_at),
                    "used_at": key.used_at and as_time(key.used_at),
                }
                for key in keys
            ]
        }

    print_json(with_database(load_config(), work))


def _end(arguments: argparse.Namespace) -> None:
    async def work(_: Config, db: Database) -> dict[str, Any]:
        if not arguments.name.isprintable() or not await end_key(db, arguments.name):
            raise UsageError("There is no key of this name; `key list` shows them.")
        return {"name": arguments.name, "ended": True}

    print_json(with_database(load_config(), work))
