"""How gunicorn runs the application: `gunicorn --config python:chatserver.gunicorn_conf`, or deploy/gunicorn.conf.py.

https://docs.gunicorn.org/en/stable/settings.html
"""

import gc
import os
import sys
from dataclasses import replace
from functools import partial
from typing import Any

from chatserver.config.settings import NEED_RESTART, Config, ConfigError, load_config
from chatserver.telemetry.multiprocess import clean_up, forget, share


def _settings() -> Config:
    """Those of the start. What is measured is shared before prometheus_client is imported."""
    try:
        config = load_config()
        if config.metrics_port:
            share()
    except ConfigError as error:
        sys.exit(f"chatserver: {error}")
    return config


_config = _settings()

# They import prometheus_client, which looks for what `share` made.
from chatserver.server import metrics_endpoint as exporter  # noqa: E402
from chatserver.server.app import create_app, read_files  # noqa: E402
from chatserver.server.http_server import KEEP_ALIVE  # noqa: E402
from chatserver.server.preflight import advice, refuse_address, refuse_to_start  # noqa: E402
from chatserver.server.worker import run  # noqa: E402
from chatserver.telemetry import logs  # noqa: E402

_host = f"[{_config.host}]" if ":" in _config.host else _config.host
bind = list(_config.bind) or [f"{_host}:{_config.port}"]
workers = _config.workers
logconfig_dict = logs.log_config(_config)
wsgi_app = "chatserver.server.app:create_app"
worker_class = "chatserver.server.worker.Worker"
keepalive = int(KEEP_ALIVE)  # longer than proxies keep a connection, so that none is closed under a request
backlog = 4096  # connections waiting to be accepted: after a restart everyone comes back at once
umask = 0o117  # of a Unix socket: who is not of its group cannot connect
graceful_timeout = 25  # seconds for requests under way; sockets are told 1001 within a moment (edge.GRACE)
timeout = 30  # seconds until a worker that stands still is killed; more, so that a graceful end is never cut short
control_socket_disable = True
max_requests = 0  # a worker that ends for it would close every socket of its own

# The code and all files are read once, and the workers share their memory. An update therefore needs a restart: SIGHUP
# only begins the workers anew, with the settings as they are then.
preload_app = True


def on_starting(server: Any) -> None:
    """What would fail in every worker, again and again, ends it here with a sentence."""
    try:
        if not server.cfg.workers:
            raise ConfigError("WORKERS (--workers) must be 1 or more: without a worker no request is answered.")
        refuse_to_start(_config)
        for sentence in advice(_config):
            server.log.warning(sentence)
        if not {"GUNICORN_FD", "LISTEN_FDS"} & os.environ.keys():  # sockets handed over are open already
            for address in server.cfg.address:
                refuse_address(address)
        exporter.listen(_config)
        read_files()
    except ConfigError as error:
        clean_up()
        sys.exit(f"chatserver: {error}")


def when_ready(_server: object) -> None:
    """Before the first worker: what is loaded stays out of collections, which would copy it into each worker."""
    gc.collect()
    gc.freeze()


def on_reload(server: Any) -> None:
    """SIGHUP: the workers that begin next get the settings as they are now; those before, if they cannot be used."""
    global _config, workers  # what a fork hands down
    try:
        changed = load_config()
        refuse_to_start(changed)
    except ConfigError as error:
        server.log.error("Keeping the previous settings: %s", error)  # noqa: TRY400  # a traceback tells nothing
        return
    kept = {name: getattr(_config, name) for name in NEED_RESTART}
    if late := [name.upper() for name, value in kept.items() if getattr(changed, name) != value]:
        server.log.warning("%s will change with the next restart", ", ".join(sorted(late)))
    if server.cfg.workers == workers:  # and nothing else, like --workers, which counts more
        server.cfg.set("workers", changed.workers)
        server.num_workers = changed.workers
    _config, workers = replace(changed, **kept), changed.workers


def post_worker_init(worker: Any) -> None:
    """Our application, with the settings of the master: a file that is being edited has no part in it."""
    if worker.wsgi is create_app:
        worker.wsgi = partial(run, worker, _config)


def child_exit(_server: object, worker: Any) -> None:
    forget(worker.pid)


def on_exit(_server: object) -> None:
    clean_up()
