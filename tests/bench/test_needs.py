"""The benchmark names what the machine lacks, and runs the rest."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bench.needs import NEEDS, UNLIMITED, Machine, lacks
from bench.processes import family
from tests.support.people import PATIENCE
from tests.support.repository import ROOT


@dataclass
class Bench:
    """One `python -m bench`, on a machine without a browser."""

    folder: Path
    hard_limit: int | None = None  # of open files
    settings: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts it in a process group of its own, as a terminal would."""
        (self.folder / "bin").mkdir()
        environ = {name: value for name, value in os.environ.items() if name not in {"CHROMIUM", "REQUIRE_BROWSER"}}
        environ |= {"PATH": str(self.folder / "bin"), "PLAYWRIGHT_BROWSERS_PATH": str(self.folder), **self.settings}
        command = [sys.executable, "-m", "bench", *arguments, "--quick", "--results", str(self.folder / "results")]
        if self.hard_limit:
            command = ["/bin/sh", "-c", f'ulimit -n {self.hard_limit} && exec "$@"', "sh", *command]
        return subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str]:
        """Returns the exit code and everything that was printed."""
        with self.start(*arguments) as process:
            output, errors = process.communicate()
        assert "Traceback" not in output + errors
        return process.returncode, output

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The saved results, without the conditions of the run."""
        (path,) = (self.folder / "results").iterdir()
        first, *others = (json.loads(line) for line in path.read_text().splitlines())
        assert first["run"]["quick"]
        return others


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ({"files": 1024}, "10,000 sockets need 10,500 open files and 1,024 are allowed"),
        ({"ports": 8000}, "10,000 sockets need 10,500 local ports and there are 8,000"),
        ({"memory": 300}, "it needs 1,024 MiB of memory and 300 are free"),
        ({"disk": 100}, "it needs 1,024 MiB in /var/tmp and 100 are free"),
        ({"picows": False}, "the package picows is not installed"),
    ],
)
def test_a_missing_requirement_of_a_scenario_is_named(missing: dict[str, Any], reason: str) -> None:
    machine = Machine(files=UNLIMITED, ports=28_000, memory=4000, disk=4000, browser=False, picows=True)
    assert lacks(NEEDS["idle"], machine, quick=False) == []
    (found,) = lacks(NEEDS["idle"], replace(machine, **missing), quick=False)
    assert found.startswith(reason)


def test_every_scenario_declares_what_it_needs() -> None:
    modules = {path.stem.replace("_", "-") for path in (ROOT / "bench" / "scenarios").glob("[a-z]*.py")}
    assert NEEDS.keys() == modules


def test_without_a_browser_the_benchmark_says_so_before_it_begins(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    code, output = bench.run("visit")
    assert code == 1
    assert "a Chromium or Chrome" in output.splitlines()[0]
    assert "visit: cannot run here: no Chromium or Chrome was found; `make browser` fetches one." in output
    assert "0 of 1 scenarios measured" in output
    assert [line["scenario"] for line in bench.lines] == ["visit"]


def test_too_few_open_files_stop_the_scenarios_that_need_more(tmp_path: Path) -> None:
    code, output = Bench(tmp_path, hard_limit=700).run("idle")
    assert code == 1
    assert "2,500 open files (700 allowed)" in output
    assert "idle: cannot run here: 2,000 sockets need 2,500 open files and 700 are allowed" in output


def test_an_unwritable_results_folder_is_named_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file")
    with Bench(tmp_path).start("pages") as process:
        _, errors = process.communicate()
    assert process.returncode == 1
    assert errors.startswith("make bench: ")
    assert str(tmp_path / "results") in errors


def test_an_unknown_scenario_is_named() -> None:
    command = [sys.executable, "-m", "bench", "paegs"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "there is no scenario paegs; there are latency, " in ran.stderr


@pytest.mark.long
def test_scenarios_that_cannot_run_are_named_and_the_others_run(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    code, output = bench.run("visit", "pages")
    assert code == 1
    assert "not measured: visit: cannot run here: no Chromium or Chrome was found" in output
    assert "1 of 2 scenarios measured" in output
    assert {line["scenario"] for line in bench.lines[1:]} == {"pages"}
    assert "chat, cold: server CPU" in {line["name"] for line in bench.lines[1:]}


@pytest.mark.long
@pytest.mark.parametrize(
    ("end", "when"),
    [
        (signal.SIGINT, "pages: conversations, cold"),
        (signal.SIGTERM, "pages: making"),
        (signal.SIGHUP, "pages: making"),
    ],
)
def test_a_failure_affects_no_other_scenario_and_a_stop_leaves_nothing_running(
    tmp_path: Path, end: signal.Signals, when: str
) -> None:
    bench = Bench(tmp_path, settings={"CHROMIUM": "/bin/true"})  # not a browser
    with bench.start("visit", "pages") as process:
        assert process.stderr
        while when not in (line := process.stderr.readline()):
            assert line
        started = family(process.pid)
        folders = [folder for folder in map(working_folder, started) if folder.is_relative_to("/var/tmp")]
        data = {Path(*folder.parts[:4]) for folder in folders}
        os.killpg(process.pid, end)
        output, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in output + errors
    assert "not measured: visit: failed: " in output
    assert "not measured: pages: stopped before its end" in output
    failed, stopped = bench.lines
    assert "BrowserType.launch" in failed["traceback"]
    assert stopped == {"scenario": "pages", "failed": "stopped before its end"}
    assert len(data) == 1
    assert not [folder for folder in data if folder.exists()]
    assert len(started) > 5
    deadline = time.monotonic() + PATIENCE  # PostgreSQL's children end a moment after it
    while left := [pid for pid in started if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.02)


def working_folder(pid: int) -> Path:
    """Returns a process's working folder; an empty path if the process has ended."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except FileNotFoundError:
        return Path()
