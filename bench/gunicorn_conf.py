"""gunicorn as in production, its lines into a file: writing them costs what it costs, and the table stays whole."""

import os
from pathlib import Path

from chatserver.server.gunicorn_conf import *  # noqa: F403
from chatserver.server.gunicorn_conf import logconfig_dict

logconfig_dict["handlers"]["stderr"]["stream"] = Path(os.environ["BENCH_LOG"]).open("a")  # noqa: SIM115
