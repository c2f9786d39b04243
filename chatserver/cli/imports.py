"""`python -m chatserver import-django`: takes over the people, threads and messages of the original."""

import argparse
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chatserver.accounts.session_index import SessionIndex
from chatserver.cli.context import UsageError, publishing, with_database
from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.database.client import Database
from chatserver.imports.messages import check_counters, import_messages, plan_messages
from chatserver.imports.people import import_people, plan_people
from chatserver.imports.report import Report
from chatserver.imports.sources import read_source
from chatserver.imports.threads import place_groups, place_pairs
from chatserver.printing import print_json
from chatserver.sso.account_sync import AccountSync


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `import-django` to the parser."""
    about = "take over the people, threads and messages of the original, a chat for Django"
    command = commands.add_parser("import-django", help=about, description=about)
    command.add_argument(
        "source", metavar="SOURCE", help="a PostgreSQL URL without a password, an SQLite file, or lines of dumpdata"
    )
    command.add_argument("--dry-run", action="store_true", help="only count and list")
    command.add_argument("--time-zone", metavar="ZONE", help="of times without one, such as Europe/Moscow")
    command.add_argument("--sub", metavar="COLUMN", help="of auth_user: the sub of the site's tokens (id)")
    command.set_defaults(run=_import)


def _import(arguments: argparse.Namespace) -> None:
    zone = _zone(arguments.time_zone)

    async def work(config: Config, db: Database) -> dict[str, Any]:
        report = Report()
        staged = read_source(arguments.source, report, config.max_message_chars, zone=zone, column=arguments.sub)
        issuer, make = config.sso_issuer, not arguments.dry_run
        if not make:
            await plan_people(db, issuer, staged, report)
            await place_pairs(db, issuer, staged, make=False)
            await place_groups(db, issuer, staged, report, make=False)
            await plan_messages(db, issuer, staged, report)
            return report.counts()
        async with publishing(config) as (redis, publisher):
            account_sync = AccountSync(db, SessionIndex(redis, config), publisher, config)
            await import_people(db, account_sync, issuer, staged, report)
            await place_pairs(db, issuer, staged, make=True)
            await place_groups(db, issuer, staged, report, make=True)
            await import_messages(db, publisher, issuer, staged, report)
            await check_counters(db, staged)
        return report.counts()

    print_json(with_database(load_config(), work))


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name is not None else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError("There is no such time zone; one is called Europe/Moscow.") from None
