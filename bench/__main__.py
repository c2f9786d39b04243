"""`make bench`, or `python -m bench [scenario …] [--quick]`: a table, and lines of JSON in bench/results/.

Exit code 0: every scenario was measured; 1: some could not run or failed, and the last lines say which; 130: Ctrl-C.
"""

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bench.load import LoadError, sentence
from bench.needs import FOLDER, NEEDS, allow_files, describe, doubts, inspect_machine, lacks, unfit
from bench.plots import draw_all
from bench.report import HEAD, Figure, Record, say
from bench.stage import Stage, StageError
from chatserver.development.embedded import EmbeddedError, EmbeddedServers
from chatserver.server.schema import migrate

RESULTS = Path(__file__).with_name("results")
STOPPED = 130  # exit code after SIGINT


def main() -> int:
    names, quick, folder = arguments()
    if why := unfit():
        sys.exit(f"make bench cannot run here: {why}.")
    record = Record(folder / f"{time.strftime('%Y%m%dT%H%M%S')}.jsonl")
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C, also if the shell ignores it
        signal.signal(end, signal.default_int_handler)
    start = time.monotonic()
    code = 0
    try:
        possible = prepare(names, record, quick=quick)
        if possible:
            measure(possible, record, quick=quick)
        if not quick and folder == RESULTS:
            draw_all(record.figures)
    except (EmbeddedError, OSError) as error:
        print(f"make bench: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("Stopped.")
        code = STOPPED
    for name in names:
        if name not in record.measured:
            print(f"not measured: {name}: {record.missing.get(name, 'its turn had not come')}")
    print(
        f"{len(record.measured)} of {len(names)} scenarios measured; {record.missed} goals missed; "
        f"in {time.monotonic() - start:.0f} s; as JSON in {os.path.relpath(record.path)}"
    )
    return code or (len(record.measured) < len(names))


def arguments() -> tuple[list[str], bool, Path]:
    """Returns the chosen scenarios, whether to run them quickly, and where to save the figures."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(NEEDS))
    parser.add_argument("--quick", action="store_true", help="smaller and shorter, in some two minutes")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="folder", help="instead of bench/results")
    found = parser.parse_args()
    if unknown := set(found.scenarios) - NEEDS.keys():
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}; there are {', '.join(NEEDS)}")
    return list(dict.fromkeys(found.scenarios or NEEDS)), found.quick, found.results


def prepare(names: list[str], record: Record, *, quick: bool) -> list[str]:
    """Reports what is needed and which scenarios cannot run; returns the others. Raises OSError if it cannot save."""
    machine = inspect_machine(names)
    record.begin(
        scenarios=names, quick=quick, cores=len(os.sched_getaffinity(0)), load=os.getloadavg()[0],
        memory=machine.memory, kernel=platform.release(), python=platform.python_version(),
    )  # fmt: skip
    print(describe(names, machine, quick=quick))
    for doubt in doubts(names):
        print(doubt)
    for name in names:
        if found := lacks(NEEDS[name], machine, quick=quick):
            record.fail(name, f"cannot run here: {'; '.join(found)}.")
    allow_files()
    return [name for name in names if name not in record.missing]


def measure(names: list[str], record: Record, *, quick: bool) -> None:
    """Runs these scenarios with a PostgreSQL and a Redis of their own, on disk and with fsync. Raises EmbeddedError."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=FOLDER) as folder:
        Path(folder).chmod(0o755)  # as root the servers run as another user
        say("starting PostgreSQL and Redis")
        with EmbeddedServers(Path(folder), durable=True) as servers:
            migrate(servers.database_url)
            print(HEAD, flush=True)
            for name in names:
                servers.revive()
                stage = Stage(servers, quick=quick)
                try:
                    record.keep(name, scenario(name)(stage))
                except KeyboardInterrupt:
                    record.fail(name, "stopped before its end")
                    raise
                except Exception as error:  # the other scenarios still give figures
                    why = str(error) if isinstance(error, StageError | LoadError) else sentence(error)
                    record.fail(name, f"failed: {why}", traceback.format_exc())
                    for line in stage.complaints():
                        print(f"    {line}", file=sys.stderr)


def scenario(name: str) -> Callable[[Stage], Iterator[Figure]]:
    """Imports a scenario just before it runs, since packages that it needs may be missing where others run."""
    word = name.replace("-", "_")
    found: Callable[[Stage], Iterator[Figure]] = getattr(import_module(f"bench.scenarios.{word}"), word)
    return found


if __name__ == "__main__":
    sys.exit(main())
