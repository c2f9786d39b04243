"""A gunicorn worker that is asked to stop immediately after the fork, before it has handlers for that."""

import os
import signal

from chatserver.server import worker


class Worker(worker.Worker):
    def init_process(self) -> None:
        if self.age == 1:
            os.kill(os.getpid(), signal.SIGTERM)
        super().init_process()
