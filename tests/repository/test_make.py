"""Commands of make on a machine that lacks something report it in one sentence and do the rest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import places
from tests.support.repository import ROOT


def test_screenshots_need_a_browser(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "CHROMIUM"}
    environ |= {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    command = [sys.executable, "-m", "tests.browser.screenshots"]
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr == "make screenshots: no Chromium or Chrome was found; `make browser` fetches one.\n"


def test_the_other_faults_run_if_one_cannot() -> None:
    few_files = "ulimit -n 10 && exec $0 -m tests.faults kill-9-of-a-process rolling-sighup"
    command = ["/bin/sh", "-c", few_files, sys.executable]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    rows = [line.split()[:2] for line in ran.stdout.splitlines()[1:]]
    assert rows[:2] == [["kill-9-of-a-process", "failed:"], ["rolling-sighup", "failed:"]]
    assert "0 passed, 2 failed" in ran.stdout


def test_a_fault_that_needs_a_small_disk_is_skipped_where_none_can_be_mounted(tmp_path: Path) -> None:
    (tmp_path / "mount").symlink_to("/bin/false")
    command = [sys.executable, "-m", "tests.faults", "disk-full"]
    environ = os.environ | {"PATH": str(tmp_path)}
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert "disk-full is left out: a small disk takes the right to mount a tmpfs, as root.\n" in ran.stdout
    assert "0 passed, 0 failed, 1 left out" in ran.stdout
    assert ran.returncode == 0


def test_a_fault_that_sets_the_clock_is_skipped_without_libfaketime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # without apt-get, too
    monkeypatch.setattr(places, "LIBRARIES", (f"{tmp_path}/*/libfaketimeMT.so.1",))
    left_out = "setting the clock takes libfaketime (Debian: apt install faketime)"
    assert places.missing("clock-set-back-an-hour") == left_out
    (tmp_path / "faketime").mkdir()
    (tmp_path / "faketime" / "libfaketimeMT.so.1").touch()
    assert places.missing("clock-set-back-an-hour") == ""
    assert places.missing("rolling-sighup") == ""
