"""One stage for all tests; only `make production-test` runs them, since they need Debian's programs and minutes."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.conftest import browser
from tests.production.programs import install
from tests.production.stage import Stage

if os.environ.get("PRODUCTION_TEST"):
    os.environ["REQUIRE_BROWSER"] = "1"  # a skipped browser test would prove nothing
__all__ = ["browser"]  # a fixture
collect_ignore_glob = [] if os.environ.get("PRODUCTION_TEST") else ["test_*.py"]


@pytest.fixture(scope="session")
async def stage() -> AsyncIterator[Stage]:
    if sentence := install():
        pytest.exit(sentence, returncode=1)
    with tempfile.TemporaryDirectory(prefix="production-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240
        stage = Stage(Path(folder))
        try:
            await stage.start()
            yield stage
        finally:
            await stage.stop()
            if keep := os.environ.get("PRODUCTION_LOGS"):
                shutil.copytree(stage.folder / "logs", keep, dirs_exist_ok=True)


@pytest.fixture
async def talk(stage: Stage) -> AsyncIterator[Stage]:
    """The stage, with people who talk."""
    yield stage
    await stage.everyone_leaves()


@pytest.fixture
async def restored(stage: Stage) -> AsyncIterator[None]:
    """Restores the settings for the next test."""
    yield
    await stage.everyone_leaves()
    await stage.restart_with()
