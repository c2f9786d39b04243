"""`make bench`, or `python -m bench [scenario …] [--quick]`: a table, and lines of JSON in bench/results/."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.plots import draw_all
from bench.report import HEAD, Figure, say, table, write
from bench.scenarios.fanout import fanout
from bench.scenarios.history import history
from bench.scenarios.idle import idle
from bench.scenarios.latency import latency
from bench.scenarios.pages import pages
from bench.scenarios.sign_in import sign_in
from bench.scenarios.storm import storm
from bench.scenarios.throughput import throughput
from bench.scenarios.visit import visit
from bench.stage import Stage, StageError, allow_sockets
from chatserver.embedded import EmbeddedError, EmbeddedServers
from chatserver.migrations import migrate

SCENARIOS = {
    scenario.__name__.replace("_", "-"): scenario
    for scenario in (latency, throughput, idle, fanout, pages, visit, storm, history, sign_in)
}
RESULTS = Path(__file__).with_name("results")
SOCKETS = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="smaller and shorter, in some two minutes")
    arguments = parser.parse_args()
    if unknown := set(arguments.scenarios) - SCENARIOS.keys():
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    start = time.monotonic()
    path = RESULTS / f"{time.strftime('%Y%m%dT%H%M%S')}.jsonl"
    try:
        allow_sockets(SOCKETS)
        figures = measure(arguments.scenarios or list(SCENARIOS), path, quick=arguments.quick)
    except (EmbeddedError, StageError) as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if not arguments.quick:
        draw_all(figures)
    missed = sum(figure.met is False for figure in figures)
    print(f"{missed} goals missed; in {time.monotonic() - start:.0f} s; as JSON in {os.path.relpath(path)}")
    return 0


def measure(names: list[str], path: Path, *, quick: bool) -> list[Figure]:
    """The figures of these scenarios, with PostgreSQL and Redis of their own: on a disk, with fsync."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as folder:  # /tmp may be memory
        os.chmod(folder, 0o755)  # noqa: S103  # as root the servers run as another user
        say("starting PostgreSQL and Redis")
        with EmbeddedServers(Path(folder), durable=True) as servers:
            migrate(servers.database_url)
            stage = Stage(servers, quick=quick)
            figures: list[Figure] = []
            print(HEAD)
            for name in names:
                found = list(SCENARIOS[name](stage))
                print(table(found), flush=True)
                write(path, found)
                figures += found
    return figures


if __name__ == "__main__":
    sys.exit(main())
