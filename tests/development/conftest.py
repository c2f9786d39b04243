"""Data folders and checkouts."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.development.run import Run, Start
from tests.development.servers import copy, started
from tests.support.ports import unused_port
from tests.support.repository import ROOT


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after the first start."""
    data_dir = tmp_path_factory.mktemp("data")
    with started(data_dir):
        pass
    return data_dir


@pytest.fixture
def data_dir(first_start: Path, tmp_path: Path) -> Path:
    return copy(first_start, tmp_path / "data")


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after a first run."""
    run = Run(tmp_path_factory.mktemp("first") / "data", unused_port())
    run.wait_until_it_says("chatserver is at")
    assert run.end() == 0
    return run.data_dir


@pytest.fixture
def start(first_run: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a server with this test's own data folder and port, and waits until it reports that it is ready."""
    runs: list[Run] = []
    port = unused_port()
    data_dir = tmp_path / "data"
    subprocess.run(["cp", "-a", first_run, data_dir], check=True)

    def start(*options: str, checkout: Path = ROOT, **settings: str) -> Run:
        runs.append(Run(data_dir, port, checkout, *options, **settings))
        runs[-1].wait_until_it_says("chatserver is at")
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.end()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code that a test may change."""
    for name in ("chatserver", "templates", "static", "sql", "locale"):
        shutil.copytree(ROOT / name, tmp_path / "checkout" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "checkout"
