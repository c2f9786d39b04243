"""`make faults`, or `python -m tests.faults [fault …]`: a row for each fault; exit code 1 unless every goal was met."""

import asyncio
import re
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults import (  # noqa: F401  # importing them registers their faults
    of_courier,
    of_files,
    of_groups,
    of_imports,
    of_machines,
    of_people,
    of_postgresql,
    of_processes,
    of_pushes,
    of_redis,
)
from tests.faults.checker import Report
from tests.faults.places import ORDINARY, PLACES, missing
from tests.faults.registry import FAULTS
from tests.faults.world import World

PAIRS = 10
LOOP_LAG = 1.0  # seconds; a longer block would delay everybody
COLUMNS = "{:32} {:>9} {:>12} {:>6} {:>4} {:>7} {:>9} {:>9}  {}"


def main() -> int:
    names = sys.argv[1:] or list(FAULTS)
    if unknown := set(names) - FAULTS.keys():
        print(f"There is no fault {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}.")
        return 2
    impossible = {name: why for name in names if (why := missing(name))}
    for name, why in impossible.items():
        print(f"{name} is left out: {why}.", flush=True)
    names = [name for name in names if name not in impossible]
    start = time.monotonic()
    heads = ["fault", "attempted", "acknowledged", "stored", "lost", "doubled", "reordered", "complete", "measured"]
    print(COLUMNS.format(*heads))
    failed = 0
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    for name in names:
        try:
            report = asyncio.run(run(name))
        except KeyboardInterrupt:
            print(f"{name:32} stopped before its end", flush=True)
            return 130
        except Exception as error:  # the other faults still run
            print(f"{name:32} failed: {type(error).__name__}: {error}", flush=True)
            print("".join(traceback.format_exception(error)), file=sys.stderr, flush=True)
            failed += 1
            continue
        complete = "-" if report.complete is None else f"{report.complete:.1f} s"
        measured = ", ".join(f"{what} {value}" for what, value in report.measured.items())
        print(
            COLUMNS.format(
                report.fault, report.attempted, report.acknowledged, report.stored, report.lost, report.doubled,
                report.reordered, complete, measured,
            ),
            flush=True,
        )  # fmt: skip
        for goal in report.missed:
            print(f"    MISSED: {goal}", flush=True)
        failed += bool(report.missed)
    seconds = time.monotonic() - start
    print(f"{len(names) - failed} passed, {failed} failed, {len(impossible)} left out, in {seconds:.0f} s")
    return 1 if failed else 0


async def run(name: str) -> Report:
    """Runs one fault in a world of its own."""
    report = Report(name)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240  # as root the servers run as another user
        with PLACES.get(name, ORDINARY)(Path(folder)):
            await run_in(Path(folder), report)
    return report


async def run_in(folder: Path, report: Report) -> None:
    world = World(folder)
    await world.start()
    try:
        await world.people_talk(PAIRS)
        await FAULTS[report.fault](world, report)
    except TimeoutError as error:
        where = error.__traceback__ and traceback.extract_tb(error.__traceback__)[-1]
        report.missed.append(f"gave up waiting at {where}")
    finally:
        await world.stop()
    still = longest_block(folder)
    report.expect(still <= LOOP_LAG, f"an event loop stood still for {still:.1f} s")
    if report.missed:
        log = (folder / "gunicorn.log").read_text(errors="replace").splitlines()
        report.missed += [f"log: {line}" for line in log[-10:]]


def longest_block(folder: Path) -> float:
    """Returns the longest block of an event loop, in seconds, that a server logged."""
    log = (folder / "gunicorn.log").read_text(errors="replace")
    return max(map(float, re.findall(r"the event loop was blocked for ([\d.]+) s", log)), default=0)


if __name__ == "__main__":
    sys.exit(main())
