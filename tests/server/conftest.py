"""An installed product, and a door to PostgreSQL that a test can shut."""

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
    """The project as `pip install .` installs it, without the checkout."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # A copy, since setuptools leaves files in the folder that it builds.
    copy = tmp_path_factory.mktemp("source") / "chatserver"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info"))
    subprocess.run([*pip, "install", "--no-deps", "--no-build-isolation", "--target", target, copy], check=True)
    return target


@pytest.fixture
async def door(config: Config) -> AsyncIterator[Door]:
    door = Door(str(config.database_url))
    yield door
    await door.close()
