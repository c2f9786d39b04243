"""gunicorn as in production, but it logs to a file: the cost of logging is included, and the table stays readable."""

import os
from pathlib import Path

from chatserver.server.gunicorn_conf import *  # noqa: F403
from chatserver.server.gunicorn_conf import logconfig_dict

logconfig_dict["handlers"]["stderr"]["stream"] = Path(os.environ["BENCH_LOG"]).open("a")  # noqa: SIM115
