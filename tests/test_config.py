"""Settings: where they come from, and all mistakes at once."""

import stat
from pathlib import Path

import pytest

from chatserver.config import ConfigError, load_config


def load(tmp_path: Path, **settings: str) -> object:
    return load_config({"DATA_DIR": str(tmp_path), **settings})


def test_development_needs_no_settings_and_makes_its_secrets_once(tmp_path: Path) -> None:
    one, again = load_config({"DATA_DIR": str(tmp_path)}), load_config({"DATA_DIR": str(tmp_path)})
    assert one == again
    assert one.secret_keys != ("",)
    assert one.origins == ("http://127.0.0.1:8080", "http://localhost:8080")
    secrets = tmp_path / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text("# a comment\n\nPORT = 1111\nHOST=0.0.0.0\n")
    config = load_config({"CONFIG_FILE": str(file), "DATA_DIR": str(tmp_path), "PORT": "2222"})
    assert (config.port, config.host, config.default_language) == (2222, "0.0.0.0", "en")


def test_lists_are_separated_by_commas_or_spaces(tmp_path: Path) -> None:
    config = load_config(
        {"DATA_DIR": str(tmp_path), "ORIGINS": "https://a.example, http://b.example:81 https://c.example"}
    )
    assert config.origins == ("https://a.example", "http://b.example:81", "https://c.example")


def test_zero_turns_a_limit_off(tmp_path: Path) -> None:
    assert load_config({"DATA_DIR": str(tmp_path), "MAX_MESSAGE_CHARS": "0"}).max_message_chars == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"), ("PORT", "-1"), ("PORT", "65536"), ("PORT", "8_0"),
        ("SESSION_IDLE", "nan"), ("SESSION_IDLE", "inf"),
        ("RESET_LIFETIME", "3153600001"), ("NAME_REST_DAYS", "36501"),
        ("APP_ENV", "staging"), ("DEFAULT_LANGUAGE", "de"), ("ORIGINS", "example.org"), ("ORIGINS", "https://a.example/path"),
        ("TRUSTED_PROXIES", "nobody"), ("DATABASE_CONNECTIONS", "0"), ("REDIS_URL", "localhost"),
        ("CONFIG_FILE", "/nowhere/at/all"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load(tmp_path, **{name: value})


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        load(tmp_path, APP_ENV="production", PORT="x", SECRET_KEYS="short")
    names = ["PORT", "DATABASE_URL", "REDIS_URL", "SECRET_KEYS", "API_KEY", "ORIGINS"]
    assert all(name in str(told.value) for name in names)
    assert "short" not in str(told.value).replace("SECRET_KEYS", "")
