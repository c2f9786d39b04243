"""`requirements/install.py`, which makes .venv: what it leaves alone, and what it says when it fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chatserver.resources import folder


def test_an_environment_that_another_checkout_works_with_is_not_emptied(tmp_path: Path) -> None:
    shutil.copytree(folder("sql").parent / "requirements", tmp_path / "mine" / "requirements")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "made-by").write_text("another")
    (tmp_path / "mine" / ".venv").symlink_to(theirs)
    install = subprocess.run(
        [sys.executable, tmp_path / "mine" / "requirements" / "install.py"], capture_output=True, text=True, check=False
    )
    assert install.returncode == 1
    assert install.stderr == f".venv is a link to {theirs}: remove it, and the next make gives this checkout its own.\n"
    assert (theirs / "made-by").read_text() == "another"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (
            {"PIP_NO_INDEX": "1"},
            ". pip says: ERROR: Could not find a version that satisfies the requirement nothing==1",
        ),
        ({"PIP_INDEX_URL": "http://127.0.0.1:9/"}, "; is there a network? pip says: WARNING: Retrying"),
    ],
)
def test_packages_that_cannot_be_installed_are_told_of_with_pips_first_error(
    tmp_path: Path, settings: dict[str, str], reason: str
) -> None:
    shutil.copytree(folder("sql").parent / "requirements", tmp_path / "requirements")
    (tmp_path / "requirements" / "development.txt").write_text(f"nothing==1 --hash=sha256:{'0' * 64}\n")
    command = [sys.executable, str(tmp_path / "requirements" / "install.py")]
    environment = os.environ | {"PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull} | settings
    install = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert install.returncode == 1
    assert install.stderr.startswith(f"The packages cannot be installed{reason}"), install.stderr
