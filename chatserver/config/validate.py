"""Validates the settings; `relations.py` compares them with each other, `site_settings.py` has the site's own.

Yields one sentence for each mistake, with the setting's name, and never quotes what may be a secret.
"""

from collections.abc import Iterator

from chatserver.config.embed_settings import embed_problems
from chatserver.config.file_settings import file_problems
from chatserver.config.mail_settings import mail_problems
from chatserver.config.push_settings import push_problems
from chatserver.config.reactions import reaction_problems
from chatserver.config.relations import relation_problems
from chatserver.config.settings import Config
from chatserver.config.site_settings import site_problems
from chatserver.config.sso_settings import sso_problems
from chatserver.config.urls import LAST_PORT, is_bind, is_database, is_host_port, is_redis, read_network, read_origin
from chatserver.i18n import LANGUAGES

AT_LEAST_1 = ("port", "workers", "database_connections")
NOT_0 = ("sign_in_window", "redis_ping_interval", "redis_silence", "webhook_timeout", "courier_interval")
AT_MOST = {"port": LAST_PORT, "metrics_port": LAST_PORT, "name_reservation_days": 36_500}
CHOICES = {
    "app_env": ("development", "production"),
    "database_pooling": ("session", "transaction"),
    "default_language": LANGUAGES,
    "hsts": ("off", "host", "subdomains"),
    "log_format": ("", "json", "plain"),
    "access_log": ("", "on", "off"),
    "sign_up": ("open", "closed"),
}
NEEDED_IN_PRODUCTION = ("database_url", "redis_url", "secret_keys", "api_key", "origins")
MIN_SECRET_CHARS = 16
SAMPLE = "change-me"  # the beginning of the secrets in deploy/chatserver.env.example


def problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each mistake that is not in the syntax of a single value."""
    yield from _value_problems(config)
    yield from _address_problems(config)
    yield from _url_problems(config)
    yield from relation_problems(config)
    yield from site_problems(config)
    yield from sso_problems(config)
    yield from embed_problems(config)
    yield from file_problems(config)
    yield from reaction_problems(config.reactions)
    yield from push_problems(config)
    yield from mail_problems(config)
    if config.production:
        yield from _production_problems(config)


def _value_problems(config: Config) -> Iterator[str]:
    for name, choices in CHOICES.items():
        if (value := getattr(config, name)) not in choices:
            yield f"{name.upper()} must be {' or '.join(filter(None, choices))}, not {value!r}."
    for name, most in AT_MOST.items():
        if (value := getattr(config, name)) > most:
            yield f"{name.upper()} must be at most {most}, not {value}."
    for name in AT_LEAST_1:
        if not getattr(config, name):
            yield f"{name.upper()} must be 1 or more."
    for name in NOT_0:
        if not getattr(config, name):
            yield f"{name.upper()} must be more than 0."


def _address_problems(config: Config) -> Iterator[str]:
    for address in config.bind:
        if not is_bind(address):
            yield (
                "BIND must be addresses like 0.0.0.0:8080 or [::1]:8080, or Unix sockets like unix:/path, "
                f"not {address!r}."
            )
    for network in config.trusted_proxies:
        if read_network(network) is None:
            yield f"TRUSTED_PROXIES must be unix, or addresses or networks like 10.0.0.0/8, not {network!r}."
    for host in config.webhook_hosts:
        if not is_host_port(host):
            yield f"WEBHOOK_HOSTS must be like localhost:9000 or 10.0.0.5:443, not {host!r}."
    for origin in config.origins:
        if read_origin(origin) is None:
            yield f"ORIGINS must be like https://example.org, without a path, a user or a *, not {origin!r}."


def _url_problems(config: Config) -> Iterator[str]:
    """Reports malformed URLs without quoting them, since they hold passwords; the libraries would quote them."""
    if config.database_url and not is_database(config.database_url):
        yield (
            "DATABASE_URL cannot be parsed: it looks like postgresql://user:password@host:5432/name, and an @ in the "
            "password is written as %40."
        )
    if config.redis_url and not is_redis(config.redis_url):
        yield (
            "REDIS_URL cannot be parsed: it looks like redis://user:password@host:6379/0, or begins with rediss:// or "
            "unix://, and an @ in the password is written as %40."
        )


def _production_problems(config: Config) -> Iterator[str]:
    for name in NEEDED_IN_PRODUCTION:
        if not getattr(config, name):
            yield f"{name.upper()} must be set in production."
    keys = [secret for secret in (*config.secret_keys, config.api_key) if secret]
    if any(len(secret) < MIN_SECRET_CHARS for secret in keys):
        yield (
            f"SECRET_KEYS and API_KEY need {MIN_SECRET_CHARS} characters or more each: "
            "`python -m chatserver secret` makes one."
        )
    if any(SAMPLE in secret for secret in (*keys, config.database_url or "", config.redis_url or "")):
        yield (
            f"SECRET_KEYS, API_KEY or a password in DATABASE_URL or REDIS_URL is still the sample's ({SAMPLE}…): "
            "`python -m chatserver secret` makes one."
        )
