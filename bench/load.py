"""Runs load in a process of its own, as users would be, on uvloop: `python -m bench.load` takes pickles.

The process has a session of its own: Ctrl-C in the terminal reaches the benchmark alone, which then ends it.
"""

import asyncio
import contextlib
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

ROOT = Path(__file__).parents[1]


class LoadError(Exception):
    """The load generator could not do its work; one sentence, and its traceback as a note."""


class Outcome(NamedTuple):
    result: Any = None
    error: str = ""
    traceback: str = ""


def load(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Returns the result of a coroutine function that ran in the load generator. Raises LoadError."""
    command = [sys.executable, "-m", "bench.load"]
    order = pickle.dumps((work, args, options))
    ran = subprocess.run(  # noqa: S603
        command, cwd=ROOT, input=order, stdout=subprocess.PIPE, start_new_session=True, check=False
    )
    if ran.returncode:
        raise LoadError(f"The load generator ended with exit code {ran.returncode}.")
    outcome: Outcome = pickle.loads(ran.stdout)  # noqa: S301  # our own child wrote it
    if outcome.error:
        error = LoadError(outcome.error)
        error.add_note(outcome.traceback)
        raise error
    return outcome.result


def main() -> None:
    work, args, options = pickle.load(sys.stdin.buffer)  # noqa: S301  # our own parent wrote it
    try:
        with contextlib.redirect_stdout(sys.stderr), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            outcome = Outcome(runner.run(work(*args, **options)))
    except Exception as error:
        outcome = Outcome(error=sentence(error), traceback=traceback.format_exc())
    sys.stdout.buffer.write(pickle.dumps(outcome))


def sentence(error: BaseException) -> str:
    """The kind of an error and its first line; of several at once the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


if __name__ == "__main__":
    # Not `__main__`'s: the parent knows the classes by this name.
    from bench.load import main as run

    run()
