"""Browsers, for what only they can show."""

from tests.browser.conftest import browser, mortal_site, person, site

__all__ = ["browser", "mortal_site", "person", "site"]
