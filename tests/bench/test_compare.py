"""`make bench BASE=<commit>` compares two revisions, and says what got worse by more than its noise."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.ratios import Comparison, Measured, compare
from tests.support.people import PATIENCE
from tests.support.repository import ROOT

MAKEFILE = f".PHONY: bench\nbench:\n\tmkdir -p .venv/bin && ln -s {sys.executable} .venv/bin/python\n"
# Every second run is 1 % slower. `python -m bench latency --results <folder>`.
BENCHMARK = """
import json, pathlib, sys
figures = {figures}
turns = pathlib.Path({log!r})
with turns.open("a") as log:
    log.write({side!r})
slow = 1 + len(turns.read_text()) % 2 / 100
with pathlib.Path(sys.argv[3], "run.jsonl").open("w") as results:
    for name, (value, unit) in figures.items():
        print(json.dumps({{"scenario": "latency", "name": name, "value": value * slow, "unit": unit}}), file=results)
"""
WAITING = "import pathlib, signal\npathlib.Path({log!r}).write_text(str(pathlib.Path.cwd()))\nsignal.pause()\n"


class Revisions:
    """A repository with a benchmark of one scenario, a few lines long, in two revisions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.log = folder / "log"
        for name in ("bench/*.py", "tests/__init__.py", "tests/support/__init__.py", "tests/support/chromium.py"):
            for path in ROOT.glob(name):
                copy = self.folder / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
        (self.folder / "bench" / "scenarios").mkdir()
        (self.folder / "bench" / "scenarios" / "latency.py").touch()
        (self.folder / "Makefile").write_text(MAKEFILE)
        self._git("init", "--quiet")

    def write(self, side: str, **figures: tuple[float, str]) -> None:
        self.write_benchmark(BENCHMARK.format(figures=figures, log=str(self.log), side=side))

    def write_benchmark(self, text: str) -> None:
        (self.folder / "bench" / "__main__.py").write_text(text)

    def commit(self) -> None:
        self._git("add", "--all")
        self._git("-c", "user.name=Ana", "-c", "user.email=ana@example.org", "commit", "--quiet", "-m", "The base")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "bench.compare", *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def compare(self, *arguments: str) -> tuple[int, str]:
        """Returns the exit code and everything that was printed."""
        with self.start(*arguments) as process:
            output, errors = process.communicate()
        assert "Traceback" not in errors
        return process.returncode, output + errors

    @property
    def checkouts(self) -> list[str]:
        return self._git("worktree", "list").splitlines()

    def _git(self, *arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def revisions(tmp_path: Path) -> Revisions:
    return Revisions(tmp_path)


@pytest.mark.parametrize(
    ("unit", "pairs", "verdict"),
    [
        ("ms", [(10, 12), (10, 12.5), (11, 13), (10, 12.2)], "worse"),
        ("ms", [(12, 10), (12.5, 10), (13, 11), (12.2, 10)], "better"),
        ("/s", [(10, 12), (10, 12.5), (11, 13), (10, 12.2)], "better"),
        ("ms", [(10, 12), (10, 14), (11, 11), (10, 9)], ""),  # the rounds differ more from each other
        ("ms", [(10, 10.1), (20, 20.2), (10, 10.5), (10, 10.2)], ""),
        ("", [(23, 24), (23, 24)], "worse"),  # a count without any noise
        ("", [(0, 0), (0, 0)], ""),
        ("", [(0, 3), (0, 2)], "worse"),
        ("", [(0, 3), (0, 0)], ""),
        ("", [(3, 0), (2, 0)], "better"),
    ],
)
def test_a_figure_changed_if_its_ratio_is_further_from_1_than_the_rounds_are_from_each_other(
    unit: str, pairs: list[tuple[float, float]], verdict: str
) -> None:
    assert Comparison("latency", "p50", unit, tuple(pairs)).verdict == verdict


def test_the_ratio_is_the_median_of_the_rounds_and_its_range_stands_beside_it() -> None:
    row = Comparison("latency", "p50", "ms", ((10, 12), (20, 22), (10, 9))).row()
    assert row.split() == ["latency", "p50", "10.0", "12.0", "ms", "1.100", "0.900", "to", "1.200"]


def test_limits_and_the_load_generator_are_not_judged() -> None:
    for name in ("limit: bare relay", "CPU a message, load generator", "at 500/s, relay through Redis, p50"):
        assert Comparison("latency", name, "ms", ((1, 2), (1, 2))).verdict == ""


def test_only_figures_of_both_revisions_are_compared() -> None:
    before = {"p50": Measured(1, "ms"), "p98": Measured(2, "ms")}
    now = {"p50": Measured(1, "ms"), "p99": Measured(3, "ms")}
    figures, added, removed = compare("latency", [(before, now)] * 2)
    assert [figure.name for figure in figures] == ["p50"]
    assert (added, removed) == (["p99"], ["p98"])


def test_two_revisions_are_measured_by_turns_and_what_got_worse_is_named(revisions: Revisions) -> None:
    revisions.write("A", p50=(10, "ms"), stored=(5000, "/s"), gone=(1, ""))
    revisions.commit()
    revisions.write("B", p50=(12, "ms"), stored=(5000, "/s"), cpu=(90, "µs"))  # not committed
    code, output = revisions.compare("HEAD", "latency", "pages")
    assert code == 0, output
    assert revisions.log.read_text() == "ABBAABBA"
    assert "BASE is " in output
    assert " The base\n" in output
    p50, stored = (line.split() for line in output.splitlines() if line.startswith("latency  "))
    assert p50[-1] == "worse"
    assert stored[-1] != "worse"
    last = output.partition("worse than its noise")[2].splitlines()
    assert last[0].startswith(": latency: p50: 1.20")
    assert last[1:4] == ["not in BASE: latency: cpu", "not in BASE: pages", "only in BASE: latency: gone"]
    assert "1 of 2 scenarios compared in 4 rounds" in output
    assert len(revisions.checkouts) == 1


def test_a_benchmark_that_fails_is_named_with_its_revision(revisions: Revisions) -> None:
    revisions.write("A", p50=(10, "ms"))
    revisions.commit()
    revisions.write_benchmark("raise SystemExit(7)")
    code, output = revisions.compare("HEAD", "latency", "--rounds", "2")
    assert code == 1
    assert "not compared: latency: now: its benchmark ended with exit code 7" in output


def test_a_stopped_comparison_leaves_no_checkout(revisions: Revisions) -> None:
    revisions.write_benchmark(WAITING.format(log=str(revisions.log)))
    revisions.commit()
    with revisions.start("HEAD", "latency") as process:
        deadline = time.monotonic() + PATIENCE
        while not revisions.log.exists() or not (checkout := revisions.log.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert len(revisions.checkouts) == 2
        os.kill(process.pid, signal.SIGINT)
        output, _ = process.communicate()
    assert process.returncode == 130
    assert "Stopped.\n" in output
    assert not Path(checkout).exists()
    assert len(revisions.checkouts) == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nowhere"], "make bench: fatal: "),
        (["HEAD", "paegs"], "there is no scenario paegs; there are latency, "),
        (["HEAD", "--rounds", "1"], "one round does not show the noise"),
    ],
)
def test_a_mistake_is_named_before_anything_is_measured(revisions: Revisions, arguments: list[str], why: str) -> None:
    revisions.commit()
    code, output = revisions.compare(*arguments)
    assert code in {1, 2}
    assert why in output
    assert not revisions.log.exists()
