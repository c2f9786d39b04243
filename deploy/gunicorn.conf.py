"""gunicorn --config deploy/gunicorn.conf.py; where the package is installed, --config python:chatserver.gunicorn_conf."""

from chatserver.gunicorn_conf import *  # noqa: F403
