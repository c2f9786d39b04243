"""How gunicorn runs the application: `gunicorn --config python:chatserver.gunicorn_conf --workers 2 --bind …`.

https://docs.gunicorn.org/en/stable/settings.html
"""

import gc
import sys
from typing import Any

from chatserver.config import Config, ConfigError, load_config
from chatserver.shared_metrics import clean_up, forget, share


def _settings() -> Config:
    try:
        return load_config()
    except ConfigError as error:
        sys.exit(f"chatserver: {error}")


_config = _settings()
if _config.metrics_port:
    share()

from chatserver import exporter, logs  # noqa: E402  # they import prometheus_client, which looks for what `share` made

logconfig_dict = logs.log_config(_config)
wsgi_app = "chatserver.app:create_app"
worker_class = "aiohttp.GunicornUVLoopWebWorker"
backlog = 4096  # connections waiting to be accepted: after a restart everyone comes back at once
control_socket_disable = True

# The code is loaded once, and the workers share its memory. An update therefore needs a restart: SIGHUP only begins the
# workers anew.
preload_app = True


def on_starting(_server: object) -> None:
    try:
        exporter.listen(_config)
    except ConfigError as error:
        clean_up()
        sys.exit(f"chatserver: {error}")


def when_ready(_server: object) -> None:
    """Before the first worker: what is loaded stays out of collections, which would copy it into each worker."""
    gc.collect()
    gc.freeze()


def child_exit(_server: object, worker: Any) -> None:
    forget(worker.pid)


def on_exit(_server: object) -> None:
    clean_up()
