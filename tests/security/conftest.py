"""A check that the server logs no error, and browsers."""

import logging
from collections.abc import Iterator

import pytest

from tests.browser.conftest import browser, mortal_site, person, site

__all__ = ["browser", "mortal_site", "person", "site"]  # fixtures


@pytest.fixture(autouse=True)
def nothing_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Checks that the server in this process logged no error of its own, whatever was sent."""
    yield
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert not [record for record in records if record.levelno >= logging.ERROR or record.exc_info]
