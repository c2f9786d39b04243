"""How gunicorn runs the application: `gunicorn --config python:chatserver.gunicorn_conf --workers 2 --bind …`.

https://docs.gunicorn.org/en/stable/settings.html
"""

import gc
from functools import partial
from typing import Any

from aiohttp import web

from chatserver.edge import KEEP_ALIVE, Runner

wsgi_app = "chatserver.app:create_app"
worker_class = "aiohttp.GunicornUVLoopWebWorker"
keepalive = int(KEEP_ALIVE)
backlog = 4096  # connections waiting to be accepted: after a restart everyone comes back at once
control_socket_disable = True

# The code is loaded once, and the workers share its memory. An update therefore needs a restart: SIGHUP only begins the
# workers anew.
preload_app = True


def when_ready(_server: object) -> None:
    """Before the first worker: what is loaded stays out of collections, which would copy it into each worker."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Connections come in by our runner, with gunicorn's settings: aiohttp's worker takes one for an application.

    https://docs.aiohttp.org/en/stable/deployment.html#start-gunicorn
    """
    worker.wsgi = partial(_run, worker, worker.wsgi)


async def _run(worker: Any, create_app: Any) -> web.AppRunner:
    settings = worker.cfg
    return Runner(
        await create_app(),
        logger=worker.log,
        keepalive_timeout=settings.keepalive,
        access_log=worker.log.access_log if settings.accesslog else None,
        access_log_format=worker._get_valid_log_format(settings.access_log_format),
        shutdown_timeout=settings.graceful_timeout * 0.95,  # as aiohttp's own: gunicorn kills at the whole
    )
