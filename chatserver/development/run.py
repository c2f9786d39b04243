"""`make run`: the embedded servers; the web process and the courier as children that restart when the code changes.

`watchfiles.run_process` restarts a process too, but does nothing between two changes: no server would be revived, no
end of the web process reported, and a killed make would leave all of them running.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

import psycopg2
import watchfiles

from chatserver.config.load import load_config
from chatserver.config.settings import Config
from chatserver.config.urls import reachable
from chatserver.database.migrations import MigrationError
from chatserver.development.addresses import addresses_of, check_address
from chatserver.development.demo import fill
from chatserver.development.embedded import EmbeddedServers
from chatserver.development.site import DemoSite
from chatserver.errors import CommandError
from chatserver.resources import PACKAGE, folder
from chatserver.server.schema import migrate
from chatserver.web.static_files import SEPARATE_MODULES

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WEB, COURIER = "web", "courier"
STOPS_WITHIN = 5.0  # seconds
COURIER_PAUSE = 2.0  # seconds from one start to the next at least, if it ends by itself
LOOK_EVERY = 100  # milliseconds


def develop(config: Config, demo: bool, site: bool) -> int:
    """Serves until Ctrl-C and returns the exit status."""
    beside = DemoSite(config) if site else None
    if beside:
        os.environ.update(beside.settings)
        config = load_config()
    for number in STOP_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores SIGHUP
            signal.signal(number, _stop)
    try:
        check_address(config)
        _run(config, demo or site, beside)
    except KeyboardInterrupt:
        return 0
    except CommandError as error:
        print(f"chatserver: {error}", file=sys.stderr)
        return 1
    return 0


def _stop(_: int, __: FrameType | None) -> None:
    """Exits through all `with` blocks, once: a second Ctrl-C must not interrupt them."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(config: Config, demo: bool, site: DemoSite | None) -> None:
    """Starts everything in order, then serves."""
    own = [name for name, url in (("PostgreSQL", config.database_url), ("Valkey", config.redis_url)) if not url]
    if own:
        _print(f"Starting {' and '.join(own)} …")
    with EmbeddedServers(config.data_dir, database_url=config.database_url, redis_url=config.redis_url) as servers:
        config = replace(config, database_url=servers.database_url, redis_url=servers.redis_url)
        _bring_schema_up_to_date(servers)
        people = fill(config) if demo else []
        welcome = f"chatserver is at {addresses_of(config)} (Ctrl-C stops it"
        welcome += f"; data in {_short(config.data_dir)})" if own else ")"
        if site:
            people = site.start(config, servers)
            welcome += f"\n  the site is at {site.url}"
        for name, password in people:
            welcome += f"\n  sign in as {name} with the password: {password}"
        _serve(config, servers, welcome)


def _bring_schema_up_to_date(servers: EmbeddedServers) -> None:
    """Applies the missing migrations and prints their names. Raises MigrationError."""
    for name in migrate(servers.database_url):
        _print(f"Applied migration {name}.")


def _serve(config: Config, servers: EmbeddedServers, welcome: str) -> None:
    """Keeps the web process and the servers running until the parent ends or a signal arrives."""
    web, courier = _start_web(servers), _start_courier(servers)
    starting, ended, restart_at = True, False, 0.0
    for changed in _changes():
        for name in servers.revive():
            _print(f"{name} had ended by itself and runs again.")
        if changed:
            _print(f"{_short(changed[0])} changed: starting again …")
            servers.stop_child(WEB, STOPS_WITHIN)
            servers.stop_child(COURIER, STOPS_WITHIN)
            try:
                _bring_schema_up_to_date(servers)
            except (MigrationError, psycopg2.Error) as error:
                _print(f"The migrations cannot be applied: {error}".strip())
            web, courier = _start_web(servers), _start_courier(servers)
            starting, ended = True, False
        elif web.poll() is not None:
            if not ended:
                _print(f"The web process ended (status {web.returncode}); it starts again when a file changes.")
            ended = True
        elif starting and _is_healthy(config):
            _print(welcome)
            starting = False
        elif courier.poll() is not None and time.monotonic() > restart_at:
            courier, restart_at = _start_courier(servers), time.monotonic() + COURIER_PAUSE


def _start_web(servers: EmbeddedServers) -> subprocess.Popen[bytes]:
    """Starts the web process on the servers' URLs, with scripts as separate modules."""
    return _spawn(servers, WEB, "serve", {SEPARATE_MODULES: "1"})


def _start_courier(servers: EmbeddedServers) -> subprocess.Popen[bytes]:
    """Starts the courier beside it, without metrics: the port is the web process's."""
    return _spawn(servers, COURIER, "courier", {"METRICS_PORT": "0"})


def _spawn(servers: EmbeddedServers, name: str, command: str, given: dict[str, str]) -> subprocess.Popen[bytes]:
    given |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
    return servers.spawn(name, [sys.executable, "-m", "chatserver", command], signal.SIGTERM, os.environ | given)


def _changes() -> Iterator[list[Path]]:
    """Yields changed files, or none, several times a second, until the parent ends.

    A killed make leaves this process running, and then nobody could press Ctrl-C.
    """
    parent = os.getppid()
    watched = [PACKAGE, *filter(Path.is_dir, map(folder, ("templates", "static", "sql", "locale")))]
    for found in watchfiles.watch(*watched, rust_timeout=LOOK_EVERY, yield_on_timeout=True, raise_interrupt=True):
        if "MAKELEVEL" in os.environ and os.getppid() != parent:
            return
        yield sorted(Path(path) for _, path in found)


def _is_healthy(config: Config) -> bool:
    """Returns whether the web process answers `/healthz` within a second."""
    connection = http.client.HTTPConnection(reachable(config.host), config.port, timeout=1)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def _short(path: Path) -> str:
    """Returns a path relative to the current folder if it is inside."""
    with suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)


def _print(sentence: str) -> None:
    """Prints a sentence at once, also into a pipe."""
    print(sentence, flush=True)
