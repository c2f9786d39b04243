"""`make bench BASE=<commit>`, or `python -m bench.compare <commit> [scenario …] [--quick] [--rounds 4]`.

Runs the benchmarks of another revision and of this checkout by turns, and prints the ratio of each figure, now to BASE,
with its range over the rounds. BASE is first in one round and second in the next (A B B A), so that a machine that
becomes slower harms neither. The last lines name what got worse by more than its noise.

Exit code 0: every scenario that BASE has was compared; 1: some could not run or failed; 130: Ctrl-C.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.checkout import CheckoutError, checked_out, describe
from bench.needs import NEEDS
from bench.ratios import HEAD, Comparison, compare
from bench.turns import TurnError, Turns

RESULTS = Path(__file__).with_name("results")
ROUNDS = 4
STOPPED = 130  # exit code after SIGINT


def main() -> int:
    options = arguments()
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C, also if the shell ignores it
        signal.signal(end, signal.default_int_handler)
    start = time.monotonic()
    folder = options.results.resolve() / f"{time.strftime('%Y%m%dT%H%M%S')}-compared"
    summary = Summary()
    code = 0
    try:
        print(f"BASE is {describe(options.base)}", flush=True)
        with checked_out(options.base) as base:
            print(HEAD, flush=True)
            for name in options.scenarios:
                summary.compare(name, Turns(name, base, folder, options.rounds, quick=options.quick))
    except (CheckoutError, OSError) as error:
        print(f"make bench: {error}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("Stopped.")
        code = STOPPED
    print("\n".join(summary.lines()))
    print(
        f"{len(summary.compared)} of {len(options.scenarios)} scenarios compared in {options.rounds} rounds; "
        f"in {time.monotonic() - start:.0f} s; the runs are in {os.path.relpath(folder)}"
    )
    return code or bool(summary.failed)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench BASE=<commit>", description=__doc__)
    parser.add_argument("base", metavar="commit", help="any name that git knows")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(NEEDS))
    parser.add_argument("--quick", action="store_true", help="smaller and shorter runs")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"runs of each revision ({ROUNDS})")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="folder", help="instead of bench/results")
    found = parser.parse_args()
    if unknown := set(found.scenarios) - NEEDS.keys():
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}; there are {', '.join(NEEDS)}")
    if found.rounds < 2:
        parser.error("one round does not show the noise: --rounds is at least 2")
    found.scenarios = list(dict.fromkeys(found.scenarios or NEEDS))
    return found


@dataclass
class Summary:
    """What the comparison has found, for its last lines."""

    compared: list[str] = field(default_factory=list)  # scenarios
    worse: list[Comparison] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def compare(self, name: str, turns: Turns) -> None:
        """Compares the figures of a scenario and prints them."""
        if not turns.in_base:
            self.added.append(name)
            return
        try:
            rounds = list(turns.run())
        except TurnError as why:
            self.failed.append(f"{name}: {why}")
            return
        figures, added, removed = compare(name, rounds)
        for figure in figures:
            print(figure.row(), flush=True)
        self.compared.append(name)
        self.worse += [figure for figure in figures if figure.verdict == "worse"]
        self.added += [f"{name}: {each}" for each in added]
        self.removed += [f"{name}: {each}" for each in removed]

    def lines(self) -> Iterator[str]:
        for figure in self.worse:
            yield f"worse than its noise: {figure.scenario}: {figure.name}: {figure.ratio:.3f} ({figure.spread})"
        yield from (f"not in BASE: {name}" for name in self.added)
        yield from (f"only in BASE: {name}" for name in self.removed)
        yield from (f"not compared: {why}" for why in self.failed)
        if not self.worse and self.compared:
            yield "nothing is worse than its noise"


if __name__ == "__main__":
    sys.exit(main())
