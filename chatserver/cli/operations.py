"""`python -m chatserver run`, `serve`, `migrate` and the other commands for the operation of a whole site."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from chatserver.bus.client import connect_redis
from chatserver.cli.context import UsageError, servers, with_database
from chatserver.cli.provision import provision
from chatserver.config.development import make_secret
from chatserver.config.load import load_config
from chatserver.config.push_settings import make_vapid_key
from chatserver.config.relations import proxy_needs
from chatserver.config.settings import Config
from chatserver.config.urls import reason_of
from chatserver.database import client as db
from chatserver.printing import print_json
from chatserver.server import http_server as edge
from chatserver.server.app import create_app
from chatserver.server.preflight.checks import advice, refuse_to_start
from chatserver.server.preflight.search import search_advice
from chatserver.server.schema import migrate
from chatserver.telemetry import logs
from chatserver.web.sessions import SessionStorage
from chatserver.web.static_files import static_files

log = logging.getLogger(__name__)

SHUTDOWN = 2.0  # seconds for requests in flight


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `run`, `serve`, `migrate`, `check`, `static`, `secret` and `provision` to the parser."""

    def command(
        name: str, run: Callable[[argparse.Namespace], int | None], description: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=description, description=description)
        added.set_defaults(run=run)
        return added

    run = command("run", _run, "start everything for development: PostgreSQL, Valkey, a web server that reloads")
    run.add_argument("--demo", action="store_true", help="with three people and a few conversations to look at")
    run.add_argument("--site", action="store_true", help="beside a Django site, whose people these are")
    command("serve", _serve, "start the web server alone, on DATABASE_URL and REDIS_URL")
    command("migrate", _migrate, "bring the database's schema up to date")
    command("check", _check, "check settings, servers, versions, schema and permissions")
    static = command("static", _static, "write the static files, compressed, for a web server")
    static.add_argument("folder", type=Path)
    secret = command("secret", _secret, "print a key for SECRET_KEYS or API_KEY")
    secret.add_argument("--vapid", action="store_true", help="print a key for VAPID_KEYS instead")
    many = command("provision", _provision, "create many users and threads, for tests and benchmarks")
    many.add_argument("--users", type=int, required=True)
    many.add_argument("--threads", type=int, required=True)
    many.add_argument("--people", type=int, default=2, help="in each thread (2)")
    many.add_argument("--messages", type=int, default=0, help="in each thread (0)")


def _run(arguments: argparse.Namespace) -> int:
    try:
        from chatserver.development.run import develop  # noqa: PLC0415
    except ModuleNotFoundError:  # the wheel contains neither it nor the packages that it needs
        raise UsageError("`run` is for development, from a checkout: make run. In production use gunicorn.") from None

    return develop(load_config(), demo=arguments.demo, site=arguments.site)


def _serve(_: argparse.Namespace) -> None:
    config = load_config()
    refuse_to_start(config)
    logs.set_up(config)
    for sentence in advice(config):
        log.warning(sentence)
    try:
        asyncio.run(_serve_app(config))
    except (OSError, UnicodeError) as error:  # a port in use, a host that is not ours or is impossible
        raise UsageError(f"Cannot listen on {config.host}:{config.port}: {reason_of(error)}.") from None


async def _serve_app(config: Config) -> None:
    await edge.serve(await create_app(config), config.host, config.port, SHUTDOWN)


def _migrate(_: argparse.Namespace) -> None:
    with servers(load_config()) as config:
        assert config.database_url is not None
        applied = migrate(config.database_url)
    print("\n".join(f"applied {name}" for name in applied) or "The schema is up to date.")


def _check(_: argparse.Namespace) -> None:
    config = load_config()
    refuse_to_start(config, places=True)
    for line in proxy_needs(config):
        print(f"An nginx in front needs: {line}")
    for sentence in search_advice(config):
        print(sentence)
    for sentence in advice(config):
        print(sentence, file=sys.stderr)
    print("All is well.")


def _static(arguments: argparse.Namespace) -> None:
    try:
        print(static_files().write(arguments.folder))
    except OSError as error:
        raise UsageError(f"The static files cannot be written: {error}.") from None


def _secret(arguments: argparse.Namespace) -> None:
    print(make_vapid_key() if arguments.vapid else make_secret())


def _provision(arguments: argparse.Namespace) -> None:
    config = load_config()
    if config.production:
        raise UsageError("provision is refused in production: it creates users who never signed up.")

    async def work(config: Config, database: db.Database) -> dict[str, Any]:
        config = replace(config, redis_timeout=0)  # creating many sessions takes long
        redis = connect_redis(config)
        try:
            return await provision(
                database,
                SessionStorage(redis, config),
                users=arguments.users,
                threads=arguments.threads,
                people=arguments.people,
                messages=arguments.messages,
            )
        finally:
            await redis.aclose()

    print_json(with_database(config, work))
