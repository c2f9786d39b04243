"""Combinations of settings that cannot work.

`docs/configuration.md` names each relation in its row. 0 = no limit.
"""

from collections.abc import Iterator
from typing import NamedTuple

from chatserver.config.settings import Config
from chatserver.config.sizes import BYTES_A_CHARACTER, FORM_BYTES, KIB, NGINX_BODY, bytes_of_message

BROWSERS_WAIT = 60  # seconds without a frame until static/js/net/socket.js closes the socket
PONG = 5  # seconds that a browser may take to answer a ping
KEEP_SECURE_COOKIES = ("https://", "http://localhost", "http://127.", "http://[::1]")  # where browsers keep them
ANY_HOST = {"", "0.0.0.0", "[::]", "::"}  # noqa: S104  # compared, not listened on


class Least(NamedTuple):
    """`setting` must be at least `other`, for the reason `why`."""

    setting: str
    other: str
    why: str


LEAST = (
    Least("frames_per_second", "messages_per_second", "each message is a frame"),
    Least("frames_burst", "messages_burst", "each message is a frame"),
    Least("frames_burst", "max_open_threads", "a program that comes back opens all its threads at once"),
    Least("queue_frames", "frames_burst", "each of those frames is answered by one"),
    Least("handshakes_per_minute", "sockets_per_person", "after a restart they all come back at once"),
)


def relation_problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each combination that cannot work, with both settings and a value that works."""
    yield from _sizes(config)
    for setting, other, why in LEAST:
        value, least = getattr(config, setting), getattr(config, other)
        if 0 < value < least:
            yield f"{setting.upper()} must be {least} or more, as {other.upper()} is {least}: {why}."
    yield from _pings(config)
    if config.api_key and config.api_key in config.secret_keys:
        yield "API_KEY must not be one of SECRET_KEYS: other programs know it, and could sign forms with it."
    if config.metrics_port and _is_taken(config, config.metrics_host, config.metrics_port):
        yield f"METRICS_PORT must be another port than {config.metrics_port}, where {_where(config)} has the chat."
    if config.production:
        yield from _in_production(config)


def _sizes(config: Config) -> Iterator[str]:
    characters = config.max_message_chars
    needed = bytes_of_message(characters)
    if characters and 0 < config.max_frame_bytes < needed:
        most = max(0, (config.max_frame_bytes - FORM_BYTES) // BYTES_A_CHARACTER)
        alternative = f"or MAX_MESSAGE_CHARS {most} at most: " if most else f"as MAX_MESSAGE_CHARS is {characters}: "
        yield (
            f"MAX_FRAME_BYTES must be {needed} or more, {alternative}"
            f"a character takes up to {BYTES_A_CHARACTER} bytes in a form."
        )
    if 0 < config.queue_bytes < 2 * characters:
        yield (
            f"QUEUE_BYTES must be {2 * characters} or more, as MAX_MESSAGE_CHARS is {characters}: "
            "two of the longest messages must fit, or they close the socket."
        )


def _pings(config: Config) -> Iterator[str]:
    if not 0 < config.ping_interval <= BROWSERS_WAIT - PONG:
        yield (
            f"PING_INTERVAL must be more than 0 and at most {BROWSERS_WAIT - PONG}: browsers give up a socket "
            f"that says nothing for {BROWSERS_WAIT} seconds."
        )
    elif 0 < config.silence_timeout < config.ping_interval + PONG:
        yield (
            f"SILENCE_TIMEOUT must be {config.ping_interval + PONG:g} or more, as PING_INTERVAL is "
            f"{config.ping_interval:g}: a browser where nobody writes only answers pings."
        )
    if 0 < config.redis_silence <= config.redis_ping_interval:
        yield (
            f"REDIS_SILENCE must be more than REDIS_PING_INTERVAL, which is {config.redis_ping_interval:g}: "
            "a Redis without events only answers pings."
        )


def _in_production(config: Config) -> Iterator[str]:
    if config.trace:
        yield "TRACE must be 0, as APP_ENV is production: it logs several lines for each message."
    if any(address.startswith("unix:") for address in config.bind) and "unix" not in config.trusted_proxies:
        yield (
            "TRUSTED_PROXIES must have unix, as BIND has a Unix socket: otherwise the proxy's users all count as one, "
            "and share the limits of one address."
        )
    for origin in config.origins:
        if not origin.startswith(KEEP_SECURE_COOKIES):
            yield (
                f"ORIGINS must begin with https://, as APP_ENV is production, not {origin!r}: without TLS browsers "
                "keep none of its cookies, and nobody can sign in."
            )


def _is_taken(config: Config, host: str, port: int) -> bool:
    addresses = config.bind or (f"{config.host}:{config.port}",)
    for address in addresses:
        its_host, colon, its_port = address.rpartition(":")
        same_host = its_host.strip("[]") == host.strip("[]") or {its_host, host} & ANY_HOST
        if colon and its_port == str(port) and same_host:
            return True
    return False


def _where(config: Config) -> str:
    return "BIND" if config.bind else "PORT"


def proxy_needs(config: Config) -> Iterator[str]:
    """Yields the nginx directives whose values in deploy/nginx are too small for these settings."""
    if not config.max_frame_bytes:
        yield "client_max_body_size 0;  # MAX_FRAME_BYTES"
    elif (kib := -(-config.max_frame_bytes // KIB)) > NGINX_BODY:
        yield f"client_max_body_size {kib}k;  # MAX_FRAME_BYTES"
