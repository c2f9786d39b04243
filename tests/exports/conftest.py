"""Exports that never finish by themselves."""

import pytest

from chatserver.exports import archive as export_files
from chatserver.exports import jobs as exports
from tests.exports.downloads import FOREVER


@pytest.fixture
def never_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every export stops after its first message."""
    monkeypatch.setattr(export_files, "PAGE", 1)
    monkeypatch.setattr(export_files, "PAUSE", FOREVER)
    monkeypatch.setattr(exports, "REPORT_INTERVAL", 0)
