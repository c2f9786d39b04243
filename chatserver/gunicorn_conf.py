"""gunicorn's settings, by the name that units and documents use: `--config python:chatserver.gunicorn_conf`."""

import sys

from chatserver.server import gunicorn_conf

sys.modules[__name__] = gunicorn_conf  # itself, not a copy: a reload changes its values
