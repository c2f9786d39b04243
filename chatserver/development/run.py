"""`make run`: the embedded servers, and the web process as a child that restarts when the code changes."""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

import psycopg2
import watchfiles

from chatserver.config.settings import Config
from chatserver.config.urls import LAST_PORT, origin_of, reachable
from chatserver.database.migrations import MigrationError
from chatserver.development.demo import fill
from chatserver.development.embedded import EmbeddedServers, end_orphans
from chatserver.errors import CommandError
from chatserver.resources import PACKAGE, folder
from chatserver.server.schema import migrate
from chatserver.web.static_files import SEPARATE_MODULES

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WEB = "web"
WEB_STOPS_WITHIN = 5.0  # seconds
LOOK_EVERY = 100  # milliseconds
FIRST_FREE_PORT = 1024


class AddressError(CommandError):
    """The address is unavailable; one sentence."""


def develop(config: Config, demo: bool) -> int:
    """Serves until Ctrl-C and returns the exit status."""
    for number in STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores SIGHUP
            signal.signal(number, stop)
    try:
        check_address(config)
        run(config, demo)
    except KeyboardInterrupt:
        return 0
    except CommandError as error:
        print(f"chatserver: {error}", file=sys.stderr)
        return 1
    return 0


def stop(_: int, __: FrameType | None) -> None:
    """Exits through all `with` blocks, once: a second Ctrl-C must not interrupt them."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def check_address(config: Config) -> None:
    """Raises AddressError unless the web process can listen on all its addresses."""
    try:
        try_to_listen(config.host, config.port)
    except AddressError:
        if not end_orphans(config.data_dir):
            raise
        try_to_listen(config.host, config.port)
    if config.metrics_port:
        try_to_listen(config.metrics_host, config.metrics_port, "METRICS_")


def try_to_listen(host: str, port: int, setting: str = "") -> None:
    """Tries every address of a host, since `localhost` may have two; `setting` is the prefix of its settings' names."""
    try:
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, socket.SOCK_STREAM) as server:
                if family == socket.AF_INET6:
                    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # as asyncio does
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(address)
                server.listen()
    except (socket.gaierror, UnicodeError):
        raise AddressError(f"{setting}HOST={host} is no address of this machine.") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise AddressError(f"{setting}HOST={host} is no address of this machine.") from None
        other = f"take another: make run {setting}PORT={another(port)}"
        raise AddressError(
            f"Port {port} of {host} cannot be had ({error.strerror}): "
            + (other if error.errno == errno.EACCES else f"stop what uses it, or {other}")
        ) from None


def another(port: int) -> int:
    """Returns another port to suggest, one that needs no root: not below 1024."""
    return port + 1 if FIRST_FREE_PORT <= port < LAST_PORT else Config.port


def run(config: Config, demo: bool) -> None:
    """Starts everything in order, then serves."""
    own = [name for name, url in (("PostgreSQL", config.database_url), ("Valkey", config.redis_url)) if not url]
    if own:
        say(f"Starting {' and '.join(own)} …")
    with EmbeddedServers(config.data_dir, database_url=config.database_url, redis_url=config.redis_url) as servers:
        config = replace(config, database_url=servers.database_url, redis_url=servers.redis_url)
        bring_schema_up_to_date(servers)
        people = fill(config) if demo else []
        welcome = f"chatserver is at {addresses_of(config)} (Ctrl-C stops it"
        welcome += f"; data in {short(config.data_dir)})" if own else ")"
        for name, password in people:
            welcome += f"\n  sign in as {name} with the password: {password}"
        serve(config, servers, welcome)


def bring_schema_up_to_date(servers: EmbeddedServers) -> None:
    """Applies the missing migrations and prints their names. Raises MigrationError."""
    for name in migrate(servers.database_url):
        say(f"Applied migration {name}.")


def serve(config: Config, servers: EmbeddedServers, welcome: str) -> None:
    """Keeps the web process and the servers running until the parent ends or a signal arrives."""
    web = start_web(servers)
    starting, ended = True, False
    for changed in changes():
        for name in servers.revive():
            say(f"{name} had ended by itself and runs again.")
        if changed:
            say(f"{short(changed[0])} changed: starting again …")
            servers.stop_child(WEB, WEB_STOPS_WITHIN)
            try:
                bring_schema_up_to_date(servers)
            except (MigrationError, psycopg2.Error) as error:
                say(f"The migrations cannot be applied: {error}".strip())
            web = start_web(servers)
            starting, ended = True, False
        elif web.poll() is not None:
            if not ended:
                say(f"The web process ended (status {web.returncode}); it starts again when a file changes.")
            ended = True
        elif starting and is_healthy(config):
            say(welcome)
            starting = False


def start_web(servers: EmbeddedServers) -> subprocess.Popen[bytes]:
    """Starts the web process on the servers' URLs, with scripts as separate modules."""
    given = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, SEPARATE_MODULES: "1"}
    return servers.spawn(WEB, [sys.executable, "-m", "chatserver", "serve"], signal.SIGTERM, os.environ | given)


def changes() -> Iterator[list[Path]]:
    """Yields changed files, or none, several times a second, until the parent ends.

    A killed make leaves this process running, and then nobody could press Ctrl-C.
    """
    parent = os.getppid()
    watched = [PACKAGE, *filter(Path.is_dir, map(folder, ("templates", "static", "sql", "locale")))]
    for found in watchfiles.watch(*watched, rust_timeout=LOOK_EVERY, yield_on_timeout=True, raise_interrupt=True):
        if "MAKELEVEL" in os.environ and os.getppid() != parent:
            return
        yield sorted(Path(path) for _, path in found)


def is_healthy(config: Config) -> bool:
    """Returns whether the web process answers `/healthz` within a second."""
    connection = http.client.HTTPConnection(reachable(config.host), config.port, timeout=1)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def addresses_of(config: Config) -> str:
    """Returns the addresses for browsers: on this machine, and in its network if the server listens there."""
    here, there = origin_of(config.host, config.port), network_address(config.host)
    return f"{here}, for other devices at {origin_of(there, config.port)}" if there else str(here)


def network_address(host: str) -> str | None:
    """Returns this machine's address in its network; None without one, or if the host is a single address.

    Sends nothing: connecting a UDP socket only selects a route, here to a documentation network (RFC 5737, 3849).
    """
    elsewhere = {"0.0.0.0": "198.51.100.1", "::": "2001:db8::1"}.get(host)  # noqa: S104
    if elsewhere is None:
        return None
    with suppress(OSError), socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((elsewhere, 9))
        return str(way.getsockname()[0])
    return None


def short(path: Path) -> str:
    """Returns a path relative to the current folder if it is inside."""
    with suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)


def say(sentence: str) -> None:
    """Prints a sentence at once, also into a pipe."""
    print(sentence, flush=True)
