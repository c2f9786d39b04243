"""The settings, with their types and defaults.

`docs/configuration.md` describes each; a test compares the two. Limits: 0 = off.
"""

from dataclasses import dataclass, field
from pathlib import Path

from chatserver.config.sizes import bytes_for
from chatserver.errors import CommandError
from chatserver.resources import PACKAGE

LONGEST_TIME = 100 * 365 * 86400  # seconds, a hundred years: longer times overflow clocks
# Used by gunicorn's master, and therefore fixed until a restart; SIGHUP reloads the others.
NEED_RESTART = ("host", "port", "bind", "log_format", "access_log", "metrics_host", "metrics_port")


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

    # People of another site
    sso_keys: tuple[str, ...] = field(default=(), repr=False)
    sso_issuer: str = "site"
    sso_url: str = ""
    sso_origins: tuple[str, ...] = ()
    sso_only: int = 0
    sso_session: float = 12 * 3600  # seconds
    sso_delete: int = 1

    # The courier: seconds
    webhook_hosts: tuple[str, ...] = ()
    webhook_timeout: float = 15
    courier_interval: float = 1

    # Sites that show the messenger in a frame
    embed_origins: tuple[str, ...] = ()

    # Logs and metrics: seconds
    log_format: str = ""
    access_log: str = ""
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0
    loop_lag_warning: float = 0.1
    trace: int = 0

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
    name_reservation_days: int = 180
    export_lifetime: float = 86400

    # Messages: code points, bytes, messages
    max_message_chars: int = 10_000
    max_frame_bytes: int = bytes_for(max_message_chars)
    replay_limit: int = 1000
    batch_messages: int = 100
    waiting_messages: int = 2000
    name_lookups_per_minute: int = 30
    searches_a_minute: int = 120
    search_timeout: float = 1  # seconds, as the next
    search_interval: float = 1
    search_delay: float = 30
    edit_window: float = 2 * 86400  # seconds, as the next
    delete_window: float = 0
    reactions: tuple[str, ...] = ("👍", "❤️", "😂", "😮", "😢", "🙏")

    # One socket: frames, bytes, seconds
    queue_frames: int = 256
    queue_bytes: int = bytes_for(max_message_chars)
    max_open_threads: int = 20
    announce_people: int = 50
    ping_interval: float = 25
    silence_timeout: float = 40
    send_timeout: float = 5

    # Files: bytes, pixels of a picture, frames of an animation, uploads of one user in one process, seconds
    files_dir: str = ""
    files_url: str = field(default="", repr=False)
    files_accel: str = ""
    max_file_bytes: int = 25 * 1024**2
    file_quota: int = 1024**3
    files_free: int = 256 * 1024**2
    max_pixels: int = 50_000_000
    max_frames: int = 1000
    uploads_at_once: int = 4
    uploads_a_minute: int = 60
    unsent_files: float = 86400
    deleted_files: float = 86400

    # Groups: people, and strangers whom one user may add in a day
    group_people: int = 500
    strangers_a_day: int = 50

    # Notifications: seconds until one is pushed
    push_delay: float = 4
    push_hosts: tuple[str, ...] = (
        "fcm.googleapis.com",  # Chrome
        "*.push.services.mozilla.com",  # Firefox
        "*.push.apple.com",  # Safari
        "*.notify.windows.com",  # Edge
    )
    vapid_keys: tuple[str, ...] = field(default=(), repr=False)
    vapid_subject: str = ""
    digest_after: float = 0  # seconds
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""

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
