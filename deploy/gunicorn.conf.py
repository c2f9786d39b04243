"""`gunicorn --config deploy/gunicorn.conf.py`; for an installed package `--config python:chatserver.gunicorn_conf`."""

from chatserver.gunicorn_conf import *  # noqa: F403
