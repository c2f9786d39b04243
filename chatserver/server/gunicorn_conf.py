"""gunicorn's settings and hooks: `gunicorn --config python:chatserver.gunicorn_conf`, or deploy/gunicorn.conf.py.

https://docs.gunicorn.org/en/stable/settings.html
"""

import gc
import os
import sys
from dataclasses import replace
from functools import partial
from typing import Any

from chatserver.config.load import load_config
from chatserver.config.settings import NEED_RESTART, Config, ConfigError
from chatserver.telemetry.multiprocess import clean_up, forget, share


def _settings() -> Config:
    """Returns the settings of the start. Prepares the folder of shared metrics before prometheus_client is imported."""
    try:
        config = load_config()
        if config.metrics_port:
            share()
    except ConfigError as error:
        sys.exit(f"chatserver: {error}")
    return config


_config = _settings()

# These import prometheus_client, which looks for the folder that `share` made.
from chatserver.server import metrics_endpoint as exporter  # noqa: E402
from chatserver.server.app import create_app, read_files  # noqa: E402
from chatserver.server.http_server import KEEP_ALIVE  # noqa: E402
from chatserver.server.preflight.addresses import refuse_address  # noqa: E402
from chatserver.server.preflight.checks import advice, refuse_to_start  # noqa: E402
from chatserver.server.worker import run  # noqa: E402
from chatserver.telemetry import logs  # noqa: E402

_host = f"[{_config.host}]" if ":" in _config.host else _config.host
bind = list(_config.bind) or [f"{_host}:{_config.port}"]
workers = _config.workers
logconfig_dict = logs.log_config(_config)
wsgi_app = "chatserver.server.app:create_app"
worker_class = "chatserver.server.worker.Worker"
keepalive = int(KEEP_ALIVE)  # longer than proxies keep a connection, so that none is closed during a request
backlog = 4096  # connections waiting to be accepted: after a restart all clients reconnect at once
umask = 0o117  # Unix socket: only owner and group may connect
graceful_timeout = 25  # seconds for requests in flight; sockets get 1001 within a moment (http_server.GRACE)
timeout = 30  # seconds until a hanging worker is killed; above graceful_timeout, so that no graceful end is cut short
control_socket_disable = True
max_requests = 0  # a worker that ended at a limit would close all its sockets

COLLECT_AFTER = 10_000, 10, 10  # objects, young collections, middle ones; Python's own: 700, 10, 10

# The code and all files are read once, and the workers share their memory. An update therefore needs a restart: SIGHUP
# only restarts the workers, with the settings at that time.
preload_app = True


def on_starting(server: Any) -> None:
    """Exits with a sentence if every worker would fail: checks settings, servers and addresses, and reads all files."""
    try:
        if not server.cfg.workers:
            raise ConfigError("WORKERS (--workers) must be 1 or more: without a worker no request is answered.")
        refuse_to_start(_config)
        for sentence in advice(_config):
            server.log.warning(sentence)
        if not {"GUNICORN_FD", "LISTEN_FDS"} & os.environ.keys():  # inherited sockets are open already
            for address in server.cfg.address:
                refuse_address(address)
        exporter.listen(_config)
        read_files()
    except ConfigError as error:
        clean_up()
        sys.exit(f"chatserver: {error}")


def when_ready(_server: object) -> None:
    """Freezes loaded objects before the first fork: garbage collections would copy their memory into each worker.

    Workers collect more rarely than Python would, since thousands of sockets that open make it walk all of them often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def on_reload(server: Any) -> None:
    """Handles SIGHUP: new workers get the current settings, or the previous ones if those are invalid."""
    global _config, workers  # workers inherit both at the fork
    try:
        changed = load_config()
        refuse_to_start(changed)
    except ConfigError as error:
        server.log.error("Keeping the previous settings: %s", error)  # noqa: TRY400  # a traceback would not help
        return
    kept = {name: getattr(_config, name) for name in NEED_RESTART}
    if late := [name.upper() for name, value in kept.items() if getattr(changed, name) != value]:
        server.log.warning("%s will change with the next restart", ", ".join(sorted(late)))
    if server.cfg.workers == workers:  # not set otherwise, such as by --workers, which has priority
        server.cfg.set("workers", changed.workers)
        server.num_workers = changed.workers
    _config, workers = replace(changed, **kept), changed.workers


def post_worker_init(worker: Any) -> None:
    """Runs our application with the master's settings: a worker never reads a file that is being edited."""
    if worker.wsgi is create_app:
        worker.wsgi = partial(run, worker, _config)


def child_exit(_server: object, worker: Any) -> None:
    """Keeps the dead worker's counters and drops its gauges."""
    forget(worker.pid)


def on_exit(_server: object) -> None:
    """Removes the folder of the shared metrics."""
    clean_up()
