"""Runs the load generator in a process of its own, on uvloop: `python -m bench.load` takes pickles.

The process has a session of its own: Ctrl-C in the terminal reaches only the benchmark, which then ends it.
"""

import asyncio
import contextlib
import pickle
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import uvloop

ROOT = Path(__file__).parents[1]


class LoadError(Exception):
    """The load generator failed; one sentence, with its traceback as a note."""


class Outcome(NamedTuple):
    result: Any = None
    error: str = ""
    traceback: str = ""


def load(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Returns the result of a coroutine function that ran in the load generator. Raises LoadError."""
    command = [sys.executable, "-m", "bench.load"]
    order = pickle.dumps((work, args, options))
    with tempfile.TemporaryFile() as answer:  # a pipe lost the end of some outcomes of many megabytes
        ran = subprocess.run(  # noqa: S603
            command, cwd=ROOT, input=order, stdout=answer, start_new_session=True, check=False
        )
        if ran.returncode:
            raise LoadError(f"The load generator ended with exit code {ran.returncode}.")
        answer.seek(0)
        outcome: Outcome = pickle.load(answer)  # noqa: S301  # our child process wrote it
    if outcome.error:
        error = LoadError(outcome.error)
        error.add_note(outcome.traceback)
        raise error
    return outcome.result


def main() -> None:
    work, args, options = pickle.load(sys.stdin.buffer)  # noqa: S301  # our parent process wrote it
    try:
        with contextlib.redirect_stdout(sys.stderr), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            outcome = Outcome(runner.run(work(*args, **options)))
    except Exception as error:
        outcome = Outcome(error=sentence(error), traceback=traceback.format_exc())
    sys.stdout.buffer.write(pickle.dumps(outcome))


def sentence(error: BaseException) -> str:
    """Returns the type of an error and its first line; for a group, those of the first error."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


if __name__ == "__main__":
    # Not `__main__.main`: the parent knows the classes by this module name.
    from bench.load import main as run

    run()
