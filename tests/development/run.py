"""`make run` in a process of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatserver.development.embedded.lock import holder_of
from tests.support.repository import ROOT
from tests.support.waiting import wait_until

DEADLINE = 30  # seconds


class Run:
    """One `python -m chatserver run`, and what it has printed."""

    def __init__(self, data_dir: Path, port: int, checkout: Path = ROOT, *options: str, **settings: str) -> None:
        self.data_dir = data_dir
        self.url = f"http://127.0.0.1:{port}"
        self._printed = data_dir.with_name(f"printed-{time.monotonic_ns()}")
        self._environment = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "MAKELEVEL"}
        } | {"PORT": str(port), "DATA_DIR": str(data_dir), **settings}
        self._checkout = checkout
        with self._printed.open("wb") as output:
            self.process = self.start("run", *options, stdout=output, stderr=output, start_new_session=True)

    def start(self, *arguments: str, **settings: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chatserver", *arguments]
        return subprocess.Popen(command, cwd=self._checkout, env=self._environment, text=True, **settings)

    def command(self, *arguments: str) -> str:
        """Runs another `python -m chatserver` command beside it and returns its output."""
        with self.start(*arguments, stdout=subprocess.PIPE) as process:
            printed, _ = process.communicate()
        assert process.returncode == 0
        return printed

    @property
    def printed(self) -> str:
        return self._printed.read_text(errors="replace")

    def wait_until_it_says(self, words: str, times: int = 1) -> None:
        wait_until(lambda: self.printed.count(words) >= times or self.process.poll() is not None)
        assert self.printed.count(words) >= times, self.printed

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path) as response:
            return str(response.read().decode())

    def children(self) -> list[int]:
        return [child["pid"] for child in holder_of(self.data_dir)["children"].values()]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


Start = Callable[..., Run]
