"""Where settings come from, and how all mistakes are reported at once."""

import stat
from pathlib import Path

import pytest

from chatserver.config.load import load_config
from chatserver.config.settings import ConfigError
from tests.config.loading import load

NEVER_SENT = [
    "*", "https://*.example.org", "https://user@example.org", "https://example.org?a", "https://example.org#a",
    "https://example.org/", "https://", "https://:443", "ws://example.org", "null", "https://example.org:0",
    "https://example.org:65536", "https://[::1", "https://::1", "https://[fe80::1%eth0]", "https://127.1", "https://1.2.3.256",
    "https://ex%61mple.org", "https://a..example", "https://xn--a", "https:\\\\example.org",
]  # fmt: skip


def test_development_needs_no_settings_and_makes_its_secrets_once(tmp_path: Path) -> None:
    one, again = load_config({"DATA_DIR": str(tmp_path)}), load_config({"DATA_DIR": str(tmp_path)})
    assert one == again
    assert one.secret_keys != ("",)
    assert one.origins == ("http://127.0.0.1:8080", "http://localhost:8080")
    assert one.api_key == ""
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


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Chat.Example.org", "https://chat.example.org"), ("HTTPS://a.example:443", "https://a.example"),
        ("http://a.example:80", "http://a.example"), ("http://a.example:443", "http://a.example:443"),
        ("https://МойЧат.example", "https://xn--80ariiw2a.example"), ("http://[2001:DB8:0::1]:80", "http://[2001:db8::1]"),
        ("http://my_box:8080", "http://my_box:8080"), ("https://a.example https://A.example", "https://a.example"),
    ],
)  # fmt: skip
def test_origins_are_compared_as_browsers_write_them(tmp_path: Path, written: str, origin: str) -> None:
    assert load_config({"DATA_DIR": str(tmp_path), "ORIGINS": written}).origins == (origin,)


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "127.0.0.1:8000", "[::1]:8000", "fe80::1%eth0/64", "*"])
def test_a_proxy_is_an_address_or_a_network_or_unix(tmp_path: Path, wrong: str) -> None:
    right = "unix, 10.0.0.0/8 [::1] 2001:DB8:0::/48 ::ffff:10.0.0.1"
    trusted = load_config({"DATA_DIR": str(tmp_path), "TRUSTED_PROXIES": right}).trusted_proxies
    assert trusted == ("unix", "10.0.0.0/8", "::1/128", "2001:db8::/48", "::ffff:a00:1/128")
    with pytest.raises(ConfigError, match="TRUSTED_PROXIES must be"):
        load(tmp_path, TRUSTED_PROXIES=wrong)


def test_reactions_stay_as_written_and_in_their_order(tmp_path: Path) -> None:
    assert load(tmp_path).reactions == ("👍", "\u2764\ufe0f", "😂", "😮", "😢", "🙏")
    written = ["👨‍👩‍👧‍👦", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "🇺🇦", "👍🏽", "\u2764"]
    assert load(tmp_path, REACTIONS=", ".join(written)).reactions == tuple(written)


@pytest.mark.parametrize(
    "wrong",
    [
        "a",
        "👍,ok",
        "7️⃣",
        "½",
        "👍 👍",
        "\u202e👍",
        "👍\u200b",
        "\x07",
        "👍" * 17,
        " ".join("😀😁😂😃😄😅😆😇😈😉😊😋😌"),
    ],
)
def test_reactions_are_at_most_twelve_different_emoji(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"^REACTIONS must"):
        load(tmp_path, REACTIONS=wrong)


@pytest.mark.parametrize(
    ("host", "port", "origins"),
    [
        ("127.0.0.1", "80", ("http://127.0.0.1", "http://localhost")),
        ("0.0.0.0", "8080", ("http://127.0.0.1:8080", "http://localhost:8080")),
        ("192.0.2.7", "8080", ("http://192.0.2.7:8080", "http://127.0.0.1:8080", "http://localhost:8080")),
        ("[::1]", "80", ("http://[::1]", "http://127.0.0.1", "http://localhost")),
        ("::", "80", ("http://[::1]", "http://127.0.0.1", "http://localhost")),
    ],
)
def test_links_in_development_begin_with_an_address_of_the_server(
    tmp_path: Path, host: str, port: str, origins: tuple[str, ...]
) -> None:
    assert load_config({"DATA_DIR": str(tmp_path), "HOST": host, "PORT": port}).origins == origins


def test_zero_turns_a_limit_off(tmp_path: Path) -> None:
    assert load_config({"DATA_DIR": str(tmp_path), "MAX_MESSAGE_CHARS": "0"}).max_message_chars == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "x"), ("PORT", "-1"), ("PORT", "65536"), ("PORT", "8_0"), ("PORT", "0"), ("BIND", "127.0.0.1:0"),
        ("SESSION_IDLE", "nan"), ("SESSION_IDLE", "inf"),
        ("RESET_LIFETIME", "3153600001"), ("NAME_RESERVATION_DAYS", "36501"),
        ("APP_ENV", "staging"), ("DEFAULT_LANGUAGE", "de"), ("ORIGINS", "example.org"), ("ORIGINS", "https://a.example/path"),
        *(("ORIGINS", origin) for origin in NEVER_SENT),
        ("TRUSTED_PROXIES", "nobody"), ("DATABASE_CONNECTIONS", "0"), ("REDIS_URL", "localhost"),
        ("CONFIG_FILE", "/nowhere/at/all"),
        ("SIGN_IN_WINDOW", "0"), ("REDIS_SILENCE", "0"), ("REDIS_PING_INTERVAL", "0"), ("WORKERS", "0"),
        ("BIND", "0.0.0.0:99999"), ("BIND", "foo:bar"), ("BIND", "[::1"), ("BIND", "foo"), ("BIND", "unix:"),
        ("REDIS_URL", "redis://127.0.0.1:6379/notadb"), ("REDIS_URL", "redis://127.0.0.1/0?nonsense=1"),
        ("DATABASE_URL", "postgresql://["), ("DATABASE_URL", "postgresql://x/?nonsense=1"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load(tmp_path, **{name: value})


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, APP_ENV="production", PORT="x", SECRET_KEYS="short")
    names = ["PORT", "DATABASE_URL", "REDIS_URL", "SECRET_KEYS", "API_KEY", "ORIGINS"]
    assert all(name in str(error.value) for name in names)
    assert "short" not in str(error.value).replace("SECRET_KEYS", "")


@pytest.mark.parametrize(
    "value",
    ["0.0.0.0:8080", ":8080", "[::1]:80, example.org:81", "unix:/run/chatserver/1/http.sock,10.0.0.11:8001", "fd://3"],
)
def test_addresses_that_gunicorn_knows_are_accepted(tmp_path: Path, value: str) -> None:
    load(tmp_path, BIND=value)


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://chat@db1,db2/chat?target_session_attrs=read-write", "postgresql://u:p%40p@db1:1,db2:2/chat",
        "postgresql:///chat?host=/run/postgresql", "host=@abstract dbname=chat", "postgresql://u@[::1]:5432/chat",
    ],
)  # fmt: skip
def test_all_forms_of_a_database_url_are_accepted(tmp_path: Path, value: str) -> None:
    load(tmp_path, DATABASE_URL=value)


@pytest.mark.parametrize("value", ["redis://h", "redis://h/", "rediss://u:p@h:1/15", "unix:///run/redis.sock?db=2"])
def test_all_forms_of_a_redis_url_are_accepted(tmp_path: Path, value: str) -> None:
    load(tmp_path, REDIS_URL=value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres//u:hunter22@h/x"), ("DATABASE_URL", "postgresql://u:at@hunter22@h/x"),
        ("DATABASE_URL", "postgresql://u:hunter22/h/x"), ("REDIS_URL", "redis://u:hunter22"),
        ("REDIS_URL", "redis://u:hunter22/5@h"), ("REDIS_URL", "u:hunter22@h"),
    ],
)  # fmt: skip
def test_a_password_in_a_broken_url_is_not_repeated(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} cannot be parsed") as error:
        load(tmp_path, **{name: value})
    assert "hunter22" not in str(error.value)
