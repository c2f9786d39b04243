"""`python -m chatserver user …`: the parser of the operator's commands. Passwords are never arguments."""

import argparse
import sys
from collections.abc import Awaitable, Callable
from getpass import getpass
from pathlib import Path

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.names import typed_key
from chatserver.accounts.passwords import Hasher
from chatserver.accounts.session_index import SessionIndex
from chatserver.cli import user_actions as work
from chatserver.cli import user_links as links
from chatserver.cli.context import UsageError, publishing, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.printing import print_json

Work = Callable[[work.Site, argparse.Namespace], Awaitable[work.Answer]]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `user` and its actions to the parser."""
    about = "manage accounts"
    actions = commands.add_parser("user", help=about, description=about).add_subparsers(required=True, metavar="ACTION")

    def action(name: str, does: Work, description: str, **defaults: object) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=description, description=description)
        added.add_argument("name", metavar="NAME", nargs=None if defaults.pop("needs_name", True) else "?")
        added.set_defaults(**{"run": _run, "does": does, "ask": lambda _: None} | defaults)
        return added

    create = action(
        "create",
        work.create,
        "create an account; the password is asked for, or read from standard input",
        ask=_ask_password,
    )
    create.add_argument("--admin", action="store_true", help="mark them as an administrator")
    create.add_argument("--link", action="store_true", help="set no password; print a link for setting one")
    action("disable", work.disable, "end a user's sessions and refuse further sign-ins")
    action("enable", work.enable, "let a disabled user sign in again")
    action("promote", work.set_admin, "mark a user as an administrator", admin=True)
    action("demote", work.set_admin, "remove the administrator mark", admin=False)
    reset = action("reset", work.reset, "print a link that sets a new password, once")
    reset.add_argument("--lock", action="store_true", help="end the password and all sessions at once")
    end = action("end-sessions", work.end_sessions, "sign a user out everywhere", needs_name=False)
    end.add_argument("--all", action="store_true", help="everybody, in place of NAME")
    link = action("link", links.link, "let tokens of the site for SUB open this account, in place of its password")
    link.add_argument("subject", metavar="SUB")
    export = action("export", work.export, "write a user's data to a zip file")
    export.add_argument("--to", type=Path, required=True, metavar="FILE.zip")
    erase = action("erase", work.erase, "permanently delete a user's account", ask=_confirm)
    erase.add_argument("--messages", action="store_true", help="delete what they have sent, too")
    erase.add_argument("--yes", action="store_true", help="don't ask")
    action("show", work.show, "show what is stored about a user")


def _run(arguments: argparse.Namespace) -> None:
    """Prompts if the action needs it, runs the action, and prints its answer."""
    arguments.ask(arguments)
    does: Work = arguments.does

    async def on_site(config: Config, db: Database) -> work.Answer:
        accounts = Accounts(db, Hasher(1, 0), config.origins)
        async with publishing(config) as (redis, publisher):
            return await does(work.Site(config, db, accounts, SessionIndex(redis, config), publisher), arguments)

    print_json(with_database(load_config(), on_site))


def _ask_password(arguments: argparse.Namespace) -> None:
    """Reads a password: at a terminal twice and hidden, otherwise one line of standard input."""
    if arguments.link:
        return
    if not sys.stdin.isatty():
        arguments.password = _line()
        return
    arguments.password = getpass("Password: ")
    if getpass("Again: ") != arguments.password:
        raise UsageError("The two passwords differ.")


def _confirm(arguments: argparse.Namespace) -> None:
    if arguments.yes:
        return
    print(f"This permanently deletes {arguments.name}. Type the name to confirm: ", end="", file=sys.stderr, flush=True)
    if typed_key(_line()) != typed_key(arguments.name):
        raise UsageError("The name does not match; nothing was deleted.")


def _line() -> str:
    try:
        return sys.stdin.readline().removesuffix("\n")
    except UnicodeDecodeError:
        raise UsageError("The input is not in the terminal's encoding.") from None
