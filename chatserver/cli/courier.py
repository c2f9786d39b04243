"""`python -m chatserver courier` and `adopt`: the process that sends, and whose database it sends from."""

import argparse
import asyncio
import logging
from typing import Any

from chatserver.cli.context import UsageError, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.courier.home import adopt, own_origin
from chatserver.database.client import Database
from chatserver.printing import print_json
from chatserver.server.courier import run_courier
from chatserver.server.preflight.checks import advice, refuse_to_start
from chatserver.telemetry import logs

log = logging.getLogger(__name__)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `courier` and `adopt` to the parser."""
    about = "send what goes out: start it once or several times beside the web server"
    commands.add_parser("courier", help=about, description=about).set_defaults(run=_courier)
    about = "let the courier send from this database, which belonged to another address"
    adopting = commands.add_parser("adopt", help=about, description=about)
    adopting.add_argument("--copy", action="store_true", help="it is a copy: remove who got or sent something before")
    adopting.set_defaults(run=_adopt)


def _courier(_: argparse.Namespace) -> None:
    config = load_config()
    refuse_to_start(config)
    logs.set_up(config)
    for sentence in advice(config):
        log.warning(sentence)
    asyncio.run(run_courier(config))


def _adopt(arguments: argparse.Namespace) -> None:
    async def work(config: Config, db: Database) -> dict[str, Any]:
        origin = own_origin(config)
        if origin is None:
            raise UsageError("ORIGINS is not set, so nothing is compared with it: set the address of this site first.")
        return {"origin": origin} | await adopt(db, origin, copy=arguments.copy)

    print_json(with_database(load_config(), work))
