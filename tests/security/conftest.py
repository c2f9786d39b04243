"""What no log may hold, and browsers."""

import logging
from collections.abc import Iterator

import pytest

from tests.browser.conftest import browser, mortal_site, person, site

__all__ = ["browser", "mortal_site", "person", "site"]  # fixtures


@pytest.fixture(autouse=True)
def nothing_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever is sent, the server in this process finds no mistake of its own."""
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert not [record for record in records if record.levelno >= logging.ERROR or record.exc_info]
