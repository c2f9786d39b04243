"""`requirements/install.py`, which makes .venv: what it leaves alone."""

import shutil
import subprocess
import sys
from pathlib import Path

from chatserver.folders import folder


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
