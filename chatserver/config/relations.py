"""Settings that depend on each other: what follows from another one, and what cannot hold together.

`docs/configuration.md` names each relation in its row. 0 is no limit.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from chatserver.config.settings import Config

BYTES_A_CHARACTER = 12  # of an emoji in a form: four bytes of UTF-8, each as %F0; in JSON as two \ud83d
FORM_BYTES = 4096  # all other fields of a form
KIB = 1024
BROWSERS_WAIT = 60  # seconds of silence until static/js/net/socket.js gives a socket up
NGINX_BODY = 128  # KiB of a request that deploy/nginx/locations.conf takes
PONG = 5  # seconds for a browser's answer to a ping
KEEP_SECURE_COOKIES = ("https://", "http://localhost", "http://127.", "http://[::1]")  # origins, in browsers' eyes
ANY_HOST = {"", "0.0.0.0", "[::]", "::"}  # noqa: S104  # compared, not listened on


class Least(NamedTuple):
    """`setting` is at least `other`, because of `why`."""

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


def bytes_of_message(characters: int) -> int:
    """The longest body of a request, or WebSocket frame, that holds a message of so many code points."""
    return BYTES_A_CHARACTER * characters + FORM_BYTES


def bytes_for(characters: int) -> int:
    """The defaults of MAX_FRAME_BYTES and QUEUE_BYTES when MAX_MESSAGE_CHARS is `characters`."""
    return max(NGINX_BODY, -(-bytes_of_message(characters) // KIB)) * KIB


def derived(values: Mapping[str, Any]) -> dict[str, int]:
    """The defaults that follow from what `values` sets."""
    if "max_message_chars" not in values:
        return {}
    size = bytes_for(values["max_message_chars"])
    return {name: size for name in ("max_frame_bytes", "queue_bytes") if name not in values}


def relation_problems(config: "Config") -> Iterator[str]:
    """What cannot hold together: each names both settings, and a value that would do."""
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


def _sizes(config: "Config") -> Iterator[str]:
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


def _pings(config: "Config") -> Iterator[str]:
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


def _in_production(config: "Config") -> Iterator[str]:
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


def _is_taken(config: "Config", host: str, port: int) -> bool:
    addresses = config.bind or (f"{config.host}:{config.port}",)
    for address in addresses:
        its_host, colon, its_port = address.rpartition(":")
        same_host = its_host.strip("[]") == host.strip("[]") or {its_host, host} & ANY_HOST
        if colon and its_port == str(port) and same_host:
            return True
    return False


def _where(config: "Config") -> str:
    return "BIND" if config.bind else "PORT"


def proxy_needs(config: "Config") -> Iterator[str]:
    """Lines of an nginx in front whose values in deploy/nginx are too small for these settings."""
    if not config.max_frame_bytes:
        yield "client_max_body_size 0;  # MAX_FRAME_BYTES"
    elif (kib := -(-config.max_frame_bytes // KIB)) > NGINX_BODY:
        yield f"client_max_body_size {kib}k;  # MAX_FRAME_BYTES"
