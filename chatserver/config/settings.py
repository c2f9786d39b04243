"""The settings: environment variables, then an optional file, then defaults; read here and nowhere else.

`docs/configuration.md` describes each; a test compares the two. Limits: 0 = off.
"""

import contextlib
import os
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, get_type_hints

from chatserver.config.relations import bytes_for, derived, relation_problems
from chatserver.config.settings_file import SettingsFile, read_settings_file, without_quotes
from chatserver.config.site_settings import site_problems
from chatserver.config.urls import LAST_PORT, is_bind, is_database, is_redis, origin_of, read_network, read_origin
from chatserver.errors import CommandError
from chatserver.i18n import LANGUAGES
from chatserver.resources import PACKAGE

MIN_SECRET_CHARS = 16
MOST = 100 * 365 * 86400  # a hundred years in seconds: longer times overflow clocks
AT_LEAST_1 = ("port", "workers", "database_connections")
NOT_0 = ("sign_in_window", "redis_ping_interval", "redis_silence")
AT_MOST = {"port": LAST_PORT, "metrics_port": LAST_PORT, "name_rest_days": 36_500}
CHOICES = {
    "app_env": ("development", "production"),
    "database_pooling": ("session", "transaction"),
    "default_language": LANGUAGES,
    "hsts": ("off", "host", "subdomains"),
    "log_format": ("", "json", "plain"),
    "access_log": ("", "on", "off"),
    "sign_up": ("open", "closed"),
}
# Used by gunicorn's master, and therefore fixed until a restart; SIGHUP reloads the others.
NEED_RESTART = ("host", "port", "bind", "log_format", "access_log", "metrics_host", "metrics_port")
SAMPLE = "change-me"  # the beginning of the secrets in deploy/chatserver.env.example


class ConfigError(CommandError):
    """The settings are invalid; one sentence a line, all mistakes at once."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of a process, validated and immutable; `docs/configuration.md` describes each."""

    app_env: str = "development"
    host: str = "127.0.0.1"
    port: int = 8080
    bind: tuple[str, ...] = ()
    workers: int = 2
    database_url: str | None = None
    database_pooling: str = "session"
    redis_url: str | None = None
    redis_prefix: str = "chat:"
    data_dir: Path = PACKAGE.parent / ".data"
    secret_keys: tuple[str, ...] = field(default=(), repr=False)
    api_key: str = field(default="", repr=False)
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    default_language: str = "en"
    hsts: str = "host"
    request_timeout: float = 10

    # Identity of the site
    sign_up: str = "open"
    support: str = ""
    site_name: str = ""
    site_url: str = ""
    site_logo: str = ""
    accent: tuple[str, ...] = ()

    # Logs and metrics: seconds
    log_format: str = ""
    access_log: str = ""
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    loop_lag_warning: float = 0.1

    # Sessions and passwords: seconds, and the number of hashes running / queued
    session_idle: float = 7 * 86400
    session_lifetime: float = 30 * 86400
    session_recheck: float = 30
    hashing_threads: int = 2
    hashing_queue: int = 50
    sign_in_tries: int = 5
    sign_in_tries_per_address: int = 20
    sign_in_window: float = 25 * 60
    sign_ups_per_address: int = 300
    reset_lifetime: float = 3600
    name_rest_days: int = 180
    export_lifetime: float = 86400

    # Messages: code points, bytes, messages
    max_message_chars: int = 10_000
    max_frame_bytes: int = bytes_for(max_message_chars)
    replay_limit: int = 1000
    batch_messages: int = 100
    waiting_messages: int = 2000
    people_a_minute: int = 30

    # One socket: frames, bytes, seconds
    queue_frames: int = 256
    queue_bytes: int = bytes_for(max_message_chars)
    max_open_threads: int = 20
    announce_people: int = 50
    ping_interval: float = 25
    silence_timeout: float = 40
    send_timeout: float = 5

    # Presence: seconds, users
    presence_interval: float = 5
    presence_people: int = 20

    # Rate limits in one process: messages and handshakes per user, frames per socket
    messages_per_second: float = 10
    messages_burst: int = 20
    frames_per_second: float = 50
    frames_burst: int = 200
    sockets_per_person: int = 20
    handshakes_per_minute: int = 60

    # PostgreSQL and Redis: connections, seconds
    database_connections: int = 10
    database_timeout: float = 2.5
    redis_timeout: float = 2
    redis_ping_interval: float = 2
    redis_silence: float = 4
    repair_interval: float = 3

    @property
    def production(self) -> bool:
        """Whether APP_ENV is production."""
        return self.app_env == "production"


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Reads the settings of this process. Raises ConfigError with every mistake."""
    environ = os.environ if environ is None else environ
    in_file, broken = _read_file(Path(environ.get("CONFIG_FILE", PACKAGE.parent / "chatserver.env")), environ)
    given = in_file | {name: without_quotes(value) for name, value in environ.items()}
    hints = get_type_hints(Config)
    values: dict[str, Any] = {}
    # The line is not quoted: it may be a secret without its name.
    mistakes = [
        f"Line {number} of the settings file is not NAME=value, with a name in capitals and each quote closed."
        for number in broken
    ]
    # A name that is also in the environment belongs to another program: systemd and others read such files too.
    mistakes += [_unknown(name, hints) for name in in_file if name.lower() not in hints and name not in environ]
    for setting in fields(Config):
        raw = given.get(setting.name.upper(), "").strip()
        if raw:
            try:
                values[setting.name] = _parse(raw, hints[setting.name])
            except ValueError as error:
                mistakes.append(f"{setting.name.upper()} {error}, not {raw[:100]!r}.")
    config = _in_normal_form(Config(**values | derived(values)))
    mistakes += _problems(config)
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return config if config.production else _with_development_defaults(config)


def _read_file(path: Path, environ: Mapping[str, str]) -> SettingsFile:
    """Reads the optional file of `NAME=value` lines; `CONFIG_FILE` overrides its path."""
    try:
        return read_settings_file(path)
    except FileNotFoundError:
        if "CONFIG_FILE" in environ:
            raise ConfigError(f"CONFIG_FILE names a file that does not exist: {path}.") from None
        return SettingsFile({}, [])
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error}.") from None


def _unknown(name: str, known: Collection[str]) -> str:
    meant = get_close_matches(name, [setting.upper() for setting in known], 1)
    hint = f"did you mean {meant[0]}?" if meant else "see docs/configuration.md."
    return f"Unknown setting {name} in the settings file: {hint}"


def _parse(raw: str, kind: Any) -> Any:
    if kind is int or kind is float:
        try:
            number = kind(raw.replace("_", "no"))  # Python accepts 8_0
        except ValueError:
            number = -1
        if not 0 <= number <= MOST:  # NaN too fails this
            raise ValueError(f"must be a number from 0 to {MOST}")
        return number
    if kind == tuple[str, ...]:
        return tuple(part for part in raw.replace(",", " ").split() if part)
    return Path(raw).absolute() if kind is Path else raw


def _problems(config: Config) -> list[str]:
    """Returns the mistakes beyond the syntax of single values."""
    problems = []
    for name, choices in CHOICES.items():
        if (value := getattr(config, name)) not in choices:
            problems.append(f"{name.upper()} must be {' or '.join(filter(None, choices))}, not {value!r}.")
    problems += [
        f"{name.upper()} must be at most {most}, not {getattr(config, name)}."
        for name, most in AT_MOST.items()
        if getattr(config, name) > most
    ]
    problems += [f"{name.upper()} must be 1 or more." for name in AT_LEAST_1 if not getattr(config, name)]
    problems += [f"{name.upper()} must be more than 0." for name in NOT_0 if not getattr(config, name)]
    problems += _url_problems(config)
    problems += [
        f"BIND must be addresses like 0.0.0.0:8080 or [::1]:8080, or Unix sockets like unix:/path, not {address!r}."
        for address in config.bind
        if not is_bind(address)
    ]
    problems += [
        f"TRUSTED_PROXIES must be unix, or addresses or networks like 10.0.0.0/8, not {network!r}."
        for network in config.trusted_proxies
        if read_network(network) is None
    ]
    problems += [
        f"ORIGINS must be like https://example.org, without a path, a user or a *, not {origin!r}."
        for origin in config.origins
        if read_origin(origin) is None
    ]
    problems += relation_problems(config)
    problems += site_problems(config)
    return problems + (_production_problems(config) if config.production else [])


def _url_problems(config: Config) -> list[str]:
    """Reports malformed URLs without quoting them, since they hold passwords; the libraries would quote them."""
    problems = []
    if config.database_url and not is_database(config.database_url):
        problems.append(
            "DATABASE_URL cannot be parsed: it looks like postgresql://user:password@host:5432/name, and an @ in the "
            "password is written as %40."
        )
    if config.redis_url and not is_redis(config.redis_url):
        problems.append(
            "REDIS_URL cannot be parsed: it looks like redis://user:password@host:6379/0, or begins with rediss:// or "
            "unix://, and an @ in the password is written as %40."
        )
    return problems


def _production_problems(config: Config) -> list[str]:
    needed = ("database_url", "redis_url", "secret_keys", "api_key", "origins")
    problems = [f"{name.upper()} must be set in production." for name in needed if not getattr(config, name)]
    if any(
        len(secret) < MIN_SECRET_CHARS for secret in (*config.secret_keys, config.api_key or "-" * MIN_SECRET_CHARS)
    ):
        problems.append(
            f"SECRET_KEYS and API_KEY need {MIN_SECRET_CHARS} characters or more each: "
            "`python -m chatserver secret` makes one."
        )
    if any(
        SAMPLE in secret
        for secret in (*config.secret_keys, config.api_key, config.database_url or "", config.redis_url or "")
    ):
        problems.append(
            f"SECRET_KEYS, API_KEY or a password in DATABASE_URL or REDIS_URL is still the sample's ({SAMPLE}…): "
            "`python -m chatserver secret` makes one."
        )
    return problems


def _in_normal_form(config: Config) -> Config:
    """Normalizes settings that are compared with addresses from outside; leaves invalid ones as they are."""
    return replace(
        config,
        host=config.host.strip("[]"),
        metrics_host=config.metrics_host.strip("[]"),
        origins=_unique(read_origin(origin) or origin for origin in config.origins),
        trusted_proxies=_unique(read_network(network) or network for network in config.trusted_proxies),
    )


def _unique(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _with_development_defaults(config: Config) -> Config:
    secret_keys, api_key = config.secret_keys, config.api_key
    if not secret_keys or not api_key:
        made = development_secrets(config.data_dir)
        secret_keys, api_key = secret_keys or (made["SECRET_KEYS"],), api_key or made["API_KEY"]
    hosts = (config.host, "127.0.0.1", "localhost")  # the first is used in links
    origins = config.origins or _unique(origin_of(host, config.port) for host in hosts)
    return replace(config, secret_keys=secret_keys, api_key=api_key, origins=origins)


def development_secrets(data_dir: Path) -> dict[str, str]:
    """Returns the secrets of this data folder, made once, in a file that only its owner can read.

    Raises ConfigError if the folder cannot be used.
    """
    path = data_dir / "secrets.env"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with NamedTemporaryFile("w", dir=data_dir) as draft:  # readable by its owner only
                draft.writelines(f"{name}={make_secret()}\n" for name in ("SECRET_KEYS", "API_KEY"))
                draft.flush()
                with contextlib.suppress(FileExistsError):  # another process made it first
                    os.link(draft.name, path)
        return dict(line.split("=", 1) for line in path.read_text().split())
    except OSError as error:
        raise ConfigError(f"The data folder cannot be used: {error}. DATA_DIR names another.") from None


def make_secret() -> str:
    """Returns a random secret of 256 bits, safe in URLs and shells."""
    return secrets.token_urlsafe(32)
