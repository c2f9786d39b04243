"""gunicorn's settings under the name in units and documents: `--config python:chatserver.gunicorn_conf`."""

import sys

from chatserver.server import gunicorn_conf

sys.modules[__name__] = gunicorn_conf  # the module itself: a reload changes its values
