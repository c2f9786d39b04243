"""An installed product, and a way to PostgreSQL that can be shut."""

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.config.settings import Config
from tests.support.door import Door
from tests.support.repository import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as `pip install .` leaves it, and nothing of the checkout beside it."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # A copy, since setuptools leaves its own files beside what it builds.
    copy = tmp_path_factory.mktemp("source") / "chatserver"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info"))
    subprocess.run([*pip, "install", "--no-deps", "--no-build-isolation", "--target", target, copy], check=True)
    return target


@pytest.fixture
async def door(config: Config) -> AsyncIterator[Door]:
    door = Door(str(config.database_url))
    yield door
    await door.close()
