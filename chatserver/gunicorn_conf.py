"""How gunicorn runs the application: `gunicorn --config python:chatserver.gunicorn_conf --workers 2 --bind …`.

https://docs.gunicorn.org/en/stable/settings.html
"""

import gc

wsgi_app = "chatserver.app:create_app"
worker_class = "aiohttp.GunicornUVLoopWebWorker"
backlog = 4096  # connections waiting to be accepted: after a restart everyone comes back at once
control_socket_disable = True

# The code is loaded once, and the workers share its memory. An update therefore needs a restart: SIGHUP only begins the
# workers anew.
preload_app = True


def when_ready(_server: object) -> None:
    """Before the first worker: what is loaded stays out of collections, which would copy it into each worker."""
    gc.collect()
    gc.freeze()
