"""`python -m chatserver sso …`: for whoever builds the site's side of signing in."""

import argparse
import sys
from typing import Any

from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.client import connect_redis
from chatserver.cli.context import UsageError, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.printing import print_json
from chatserver.sso.people import find_known
from chatserver.sso.tokens import BadToken, TokenVerifier, check_person

MAX_INPUT = 100_000  # characters


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `sso` and its actions to the parser."""
    about = "look into the sign-in by the site's tokens"
    actions = commands.add_parser("sso", help=about, description=about).add_subparsers(required=True, metavar="ACTION")
    described = "read a token from standard input, and say whether it would be taken, without using it up"
    actions.add_parser("check", help=described, description=described).set_defaults(run=_check)


def _check(_: argparse.Namespace) -> None:
    config = load_config()
    text = sys.stdin.read(MAX_INPUT).strip()

    async def work(config: Config, database: Database) -> dict[str, Any]:
        token = TokenVerifier(config).verify(text)
        (known,) = await find_known(database, config.sso_issuer, [token.subject])
        check_person(token, known)
        redis = connect_redis(config)
        try:
            if await SessionIndex(redis, config).is_marked(token.id):
                raise BadToken("it was used before")
        finally:
            await redis.aclose()
        return {"taken": True, "sub": token.subject, "user": known.user_id, "seconds_left": token.seconds_left}

    try:
        print_json(with_database(config, work))
    except BadToken as error:
        raise UsageError(f"The token is refused: {error.rule}.") from None
