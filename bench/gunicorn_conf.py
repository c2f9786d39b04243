"""gunicorn as in production, its lines into a file: writing them costs what it costs, and the table stays whole."""

import os

from chatserver.gunicorn_conf import *  # noqa: F403
from chatserver.gunicorn_conf import logconfig_dict

logconfig_dict["handlers"]["stderr"]["stream"] = open(os.environ["BENCH_LOG"], "a")  # noqa: SIM115
