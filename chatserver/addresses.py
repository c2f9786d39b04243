"""Whether what names a server can be understood, as far as that is known without asking one."""

import re
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import parse_dsn
from redis import ConnectionPool

BIND = re.compile(r"unix:.+|fd://\d+|(?:\[[\da-fA-F:.]+\]|[^:\[\]/]*):(\d{1,5})", re.ASCII)
LAST_PORT = 65_535


def reason_of(error: Exception) -> object:
    """Why an address cannot be listened on: what the system says, or what is wrong with its form."""
    return error.strerror if isinstance(error, OSError) else error


def is_bind(address: str) -> bool:
    """For gunicorn to listen on."""
    parts = BIND.fullmatch(address)
    return parts is not None and int(parts[1] or 0) <= LAST_PORT


def is_database(url: str) -> bool:
    try:
        parts = parse_dsn(url)
    except (psycopg2.Error, UnicodeError):
        return False
    # An @ or a / in the password makes some of it the host or the port, which errors repeat.
    ports = [port for port in str(parts.get("port", "")).split(",") if port]
    return "@" not in str(parts.get("host", ""))[1:] and all(port.isdecimal() for port in ports)


def is_redis(url: str) -> bool:
    try:
        ConnectionPool.from_url(url).make_connection()  # connects to nothing yet
        parts = urlsplit(url)
    except (ValueError, TypeError):  # a port or an option that is none
        return False
    return parts.scheme == "unix" or re.fullmatch(r"/?\d*", parts.path) is not None  # else the library takes 0
