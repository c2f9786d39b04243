"""gunicorn as in production, but it logs to a file: the cost of logging is included, and the table stays readable."""

import os
from pathlib import Path
from typing import Any

from bench.blocks import Blocks
from chatserver.server import gunicorn_conf
from chatserver.server.gunicorn_conf import *  # noqa: F403
from chatserver.server.gunicorn_conf import logconfig_dict

logconfig_dict["handlers"]["stderr"]["stream"] = Path(os.environ["BENCH_LOG"]).open("a")  # noqa: SIM115


def post_worker_init(worker: Any) -> None:  # type: ignore[no-redef]  # runs the imported one
    """Watches the event loop, if a scenario wants it."""
    gunicorn_conf.post_worker_init(worker)
    if "BENCH_BLOCKS" in os.environ:
        Blocks(worker.loop)
