"""The summary of `make test`."""

import subprocess
import sys
from pathlib import Path

from tests.support.repository import ROOT

SKIPPED = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("no browser was found")

def test_one(browser): pass
def test_two(browser): pass
def test_three(browser): pass
@pytest.mark.skip(reason="only root can see that")
def test_four(): pass
"""


def test_each_reason_for_skipping_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "test_skipped.py").write_text(SKIPPED)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-c", str(ROOT / "setup.cfg"), "-p", "tests.conftest"]
    run = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    reasons = [line for line in run.stdout.splitlines() if "no browser was found" in line or "only root" in line]
    assert sorted(reasons) == ["1 skipped: only root can see that", "3 skipped: no browser was found"]
