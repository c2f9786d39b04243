"""EMBED_ORIGINS: exact origins, or the start is refused."""

from pathlib import Path

import pytest

from chatserver.config.embed_settings import embed_advice
from chatserver.config.settings import ConfigError
from tests.config.loading import load


def test_origins_are_compared_as_browsers_write_them(tmp_path: Path) -> None:
    config = load(tmp_path, EMBED_ORIGINS="HTTPS://Example.org:443, https://shop.example:8443")
    assert config.embed_origins == ("https://example.org", "https://shop.example:8443")


@pytest.mark.parametrize(
    "origin",
    [
        "*", "https://*.example.org", "https:", "'self'", "example.org", "https://example.org/",
        "https://ana@example.org", "null", "data:", "https://example.org;script-src",
    ],
)  # fmt: skip
def test_what_is_no_exact_origin_is_refused(tmp_path: Path, origin: str) -> None:
    with pytest.raises(ConfigError, match="EMBED_ORIGINS must be like"):
        load(tmp_path, EMBED_ORIGINS=origin)


def test_a_site_without_tls_is_refused_in_production(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EMBED_ORIGINS must begin with https://"):
        load(tmp_path, APP_ENV="production", EMBED_ORIGINS="http://example.org")


def test_a_site_that_may_do_what_the_chat_may_is_warned_of(tmp_path: Path) -> None:
    settings = {"ORIGINS": "https://chat.example.org https://example.org", "EMBED_ORIGINS": "https://example.org"}
    [sentence] = embed_advice(load(tmp_path, **settings))
    assert sentence.startswith("https://example.org is in ORIGINS")
    assert embed_advice(load(tmp_path, **settings | {"ORIGINS": "https://chat.example.org"})) == []
