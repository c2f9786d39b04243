"""`gunicorn --config deploy/gunicorn.conf.py`; for an installed package `--config python:chatserver.gunicorn_conf`."""

from chatserver.server.gunicorn_conf import *  # noqa: F403
