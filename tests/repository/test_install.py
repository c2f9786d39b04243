"""`make install` creates .venv: what it repeats, what it leaves alone, and what it reports when it fails."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chatserver.resources import folder

ROOT = folder("sql").parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that needs no packages."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "requirements", checkout / "requirements")
    shutil.copy(ROOT / "Makefile", checkout)
    (checkout / "requirements" / "development.txt").write_text("")
    return checkout


def start(checkout: Path, python: Path | str = sys.executable, **environ: str) -> "subprocess.Popen[str]":
    command = ["make", "-s", "install", f"PYTHON={python}"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    environment |= {"PIP_CONFIG_FILE": os.devnull, **environ}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=checkout, env=environment, stdout=pipe, stderr=pipe, text=True)


def install(checkout: Path, python: Path | str = sys.executable, **environ: str) -> tuple[bool, str, str]:
    """Returns whether it succeeded, its output, and its error output."""
    with start(checkout, python, **environ) as make:
        printed, errors = make.communicate()
    return make.returncode == 0, printed, errors


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.long
def test_an_environment_is_created_once_and_recreated_when_it_would_not_work(checkout: Path, tmp_path: Path) -> None:
    made = "Making a Python environment"
    assert made in install(checkout)[1]
    assert install(checkout) == (True, "", "")
    (checkout / ".venv" / "installed").unlink()  # as if pip had been interrupted
    assert made in install(checkout)[1]
    moved = checkout.rename(tmp_path / "moved")
    assert made in install(moved)[1]
    assert install(moved, moved / ".venv" / "bin" / "python") == (True, "", "")  # with the environment active
    (moved / ".venv" / "made-by").write_text("another Python")
    ok, printed, _ = install(moved, moved / ".venv" / "bin" / "python")
    assert ok
    assert made in printed
    assert subprocess.run([moved / ".venv" / "bin" / "pip", "--version"], check=False, capture_output=True).stdout


def test_two_simultaneous_installs_do_the_work_once(checkout: Path) -> None:
    with start(checkout) as one, start(checkout) as other:
        printed = one.communicate()[0] + other.communicate()[0]
    assert (one.returncode, other.returncode) == (0, 0)
    assert printed.count("Making a Python environment") == 1
    assert printed.count("Another make is installing; waiting for it") == 1


def test_an_environment_that_another_checkout_uses_is_not_emptied(checkout: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "made-by").write_text("another")
    (checkout / ".venv").symlink_to(theirs)
    ok, _, errors = install(checkout)
    assert not ok
    assert errors.startswith(
        f".venv is a link to {theirs}: remove it, and the next make gives this checkout its own.\n"
    )
    assert (theirs / "made-by").read_text() == "another"


def test_packages_that_cannot_be_installed_are_reported_with_pips_error(checkout: Path) -> None:
    (checkout / "requirements" / "development.txt").write_text(f"nothing==1 --hash=sha256:{'0' * 64}\n")
    ok, _, errors = install(checkout, PIP_NO_INDEX="1")
    assert not ok
    assert errors.startswith("ERROR: Could not find a version that satisfies the requirement nothing==1"), errors
    assert "The packages cannot be installed; is there a network?\n" in errors
    assert not (checkout / ".venv" / "installed").exists()  # the next run of make starts again


def test_a_package_without_a_hash_is_not_installed(checkout: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "nothing-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("nothing-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: nothing\nVersion: 1\n")
        wheel.writestr("nothing-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("nothing-1.dist-info/RECORD", "")
    (checkout / "requirements" / "development.txt").write_text("nothing==1\n")
    ok, _, errors = install(checkout, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(tmp_path))
    assert not ok
    assert "Hashes are required in --require-hashes mode" in errors, errors
    assert not (checkout / ".venv" / "installed").exists()


def test_the_missing_package_is_named_if_python_has_no_venv(checkout: Path, tmp_path: Path) -> None:
    """On Debian it is a separate package."""
    script = f'case "$*" in *"import venv"*) exit 1;; esac\nexec {sys.executable} "$@"'
    ok, _, errors = install(checkout, program(tmp_path / "python3.11", script))
    assert not ok
    assert "lacks the modules venv and ensurepip: on Debian or Ubuntu, apt install python3.11-venv.\n" in errors


def test_a_missing_or_old_python_is_reported_in_one_sentence(checkout: Path, tmp_path: Path) -> None:
    assert "There is no python3.99: install Python 3.11 or newer.\n" in install(checkout, "python3.99")[2]
    old = f"exec {sys.executable} -c 'import sys; sys.version_info = (3, 9); exec(open(sys.argv[1]).read())' \"$@\""
    ok, _, errors = install(checkout, program(tmp_path / "python3", old))
    assert not ok
    assert errors.startswith("chatserver needs Python 3.11 or newer, and ")
    assert " is 3.9: name a newer one, like make run PYTHON=python3.13\n" in errors
