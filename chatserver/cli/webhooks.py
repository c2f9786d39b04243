"""`python -m chatserver webhook …`: the programs that receive messages and changes."""

import argparse
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from yarl import URL

from chatserver.cli.context import UsageError, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.courier.home import remember_home
from chatserver.courier.outside import NoAnswer, Outside
from chatserver.courier.webhooks import hooks
from chatserver.courier.webhooks.urls import is_trusted, url_problem
from chatserver.database.client import Database
from chatserver.printing import print_json
from chatserver.validation import parse_id

ALL_EVENTS = ",".join(hooks.EVENTS)
Act = Callable[[Config, Database, int], Awaitable[dict[str, Any] | None]]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `webhook` and its actions to the parser."""
    about = "manage the addresses that receive messages and changes"
    actions = commands.add_parser("webhook", help=about, description=about).add_subparsers(
        required=True, metavar="ACTION"
    )
    add = actions.add_parser("add", help="add one, and print its secret, which is shown only now")
    add.add_argument("url", metavar="URL")
    add.add_argument("--events", default=ALL_EVENTS, help=f"the events it receives, separated by commas ({ALL_EVENTS})")
    add.add_argument("--texts", action="store_true", help="with what people wrote, and the names of their files")
    add.set_defaults(run=_add)
    actions.add_parser("list", help="list them, without their secrets").set_defaults(run=_list)
    for name, act, described in (
        ("rotate", _rotate, "print a new secret; for a day the former one signs too"),
        ("remove", _remove, "remove one, with what waits for it"),
        ("on", _turn_on, "go on where it stopped, at once"),
        ("test", _test, "send it an event of the type `test`, and print the status of the answer"),
    ):
        action = actions.add_parser(name, help=described)
        action.add_argument("id", metavar="ID")
        action.set_defaults(run=_run, act=act)


def _add(arguments: argparse.Namespace) -> None:
    events, config = _events(arguments.events), load_config()
    if problem := url_problem(arguments.url, config.webhook_hosts):
        raise UsageError(problem)

    async def work(config: Config, db: Database) -> dict[str, Any]:
        await remember_home(db, config)
        return await hooks.add_webhook(db, arguments.url, events, with_texts=arguments.texts)

    print_json(with_database(config, work))


def _events(given: str) -> Sequence[str]:
    events = list(dict.fromkeys(given.replace(",", " ").split()))
    if not events or set(events) - set(hooks.EVENTS):
        raise UsageError(f"--events takes one or more of {ALL_EVENTS}.")
    return events


def _list(_: argparse.Namespace) -> None:
    async def work(_: Config, db: Database) -> dict[str, Any]:
        return {"webhooks": await hooks.list_webhooks(db)}

    print_json(with_database(load_config(), work))


def _run(arguments: argparse.Namespace) -> None:
    """Runs an action on the webhook with the id of the arguments."""
    act: Act = arguments.act

    async def work(config: Config, db: Database) -> dict[str, Any]:
        hook_id = parse_id(arguments.id)
        done = await act(config, db, hook_id) if hook_id is not None else None
        if done is None:
            raise UsageError("There is no webhook with this id; `webhook list` shows them.")
        return done

    print_json(with_database(load_config(), work))


async def _rotate(_: Config, db: Database, hook_id: int) -> dict[str, Any] | None:
    secret = await hooks.rotate_webhook(db, hook_id)
    return None if secret is None else {"id": hook_id, "secret": secret}


async def _remove(_: Config, db: Database, hook_id: int) -> dict[str, Any] | None:
    return {"id": hook_id, "removed": True} if await hooks.remove_webhook(db, hook_id) else None


async def _turn_on(_: Config, db: Database, hook_id: int) -> dict[str, Any] | None:
    return {"id": hook_id, "on": True} if await hooks.turn_on_webhook(db, hook_id) else None


async def _test(config: Config, db: Database, hook_id: int) -> dict[str, Any] | None:
    def is_ours(url: URL) -> bool:
        return is_trusted(url, config.webhook_hosts)

    outside = Outside(is_ours, config.webhook_timeout)
    try:
        status = await hooks.try_webhook(db, outside, hook_id)
    except NoAnswer as error:
        raise UsageError(f"The webhook does not answer: {error}.") from None
    finally:
        await outside.close()
    return None if status is None else {"status": status}
