"""Checks out another revision into a temporary folder, installs its packages there, and removes both at the end."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.needs import FOLDER
from bench.report import say

ROOT = Path(__file__).parents[1]
# What make tells the makes that it runs would make BASE compare itself with itself.
OURS = {"BASE", "BENCH", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "PYTHONPATH", "VIRTUAL_ENV"}


class CheckoutError(Exception):
    """The reason why a revision cannot run, in one sentence."""


def describe(revision: str) -> str:
    """Returns the short id and the subject of a commit. Raises CheckoutError."""
    return _git("log", "-1", "--format=%h %s", "--end-of-options", f"{revision}^{{commit}}", "--")


@contextlib.contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """Yields a checkout whose benchmark can run. Raises CheckoutError."""
    with tempfile.TemporaryDirectory(prefix="bench-base-", dir=FOLDER) as folder:
        Path(folder).chmod(0o755)  # as root the servers run as another user
        checkout = Path(folder) / "base"
        _git("worktree", "add", "--quiet", "--force", "--detach", str(checkout), f"{revision}^{{commit}}")
        try:
            say("installing the packages of BASE, in a minute or two")
            if code := run(["make", "-s", "bench", "BENCH=--help"], checkout):
                raise CheckoutError(f"The packages of {revision} cannot be installed: make ended with {code}.")
            yield checkout
        finally:
            _git("worktree", "remove", "--force", str(checkout))


def run(command: Sequence[str], folder: Path) -> int:
    """Returns the exit code of a command without its output. A stop ends the command first, with what it started."""
    environ = {name: value for name, value in os.environ.items() if name not in OURS}
    process = subprocess.Popen(  # noqa: S603
        command, cwd=folder, env=environ, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
        raise


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607
    if ran.returncode:
        raise CheckoutError(ran.stderr.strip() or f"git {arguments[0]} failed.")
    return ran.stdout.strip()
