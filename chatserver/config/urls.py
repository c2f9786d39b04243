"""Parses addresses in settings and headers, so that both sides of a comparison have one normal form."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import parse_dsn
from redis import ConnectionPool
from yarl import URL

BIND = re.compile(r"unix:.+|fd://\d+|(?:\[[\da-fA-F:.]+\]|[^:\[\]/]*):(\d{1,5})", re.ASCII)
LAST_PORT = 65_535
ORIGIN = re.compile(r"https?://(\[[^]]+\]|[^\s/?#@\\%*:[\]]+)(:\d{0,5})?", re.IGNORECASE | re.ASCII)
HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")  # a name or IPv4; IPv6
ENDS_IN_NUMBER = re.compile(r"(\A|\.)(\d+|0x[0-9a-f]*)\.?\Z")  # IPv4 to browsers, or invalid
NODE = re.compile(r"\[(.+)\](?::PORT)?|([\d.]+):PORT|(.+)".replace("PORT", r"(?:\d{1,5}|_[\w.-]+)"), re.ASCII)
UNIX = "unix"  # in TRUSTED_PROXIES: any peer of our Unix socket, since such peers have no address
ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def reason_of(error: Exception) -> object:
    """Returns why an address cannot be listened on: the system's message, or the error about its form."""
    return error.strerror if isinstance(error, OSError) else error


def is_bind(address: str) -> bool:
    """Returns whether gunicorn can listen on this address."""
    parts = BIND.fullmatch(address)
    return parts is not None and (parts[1] is None or 0 < int(parts[1]) <= LAST_PORT)


def is_host_port(text: str) -> bool:
    """Returns whether this is a host in lower case and a port, as in a URL: `localhost:9000`, `[::1]:9000`."""
    origin = read_origin(f"https://{text}")
    return origin is not None and text in {origin.removeprefix("https://"), f"{origin.removeprefix('https://')}:443"}


def is_database(url: str) -> bool:
    """Returns whether libpq understands the URL, and the password is not parsed as host or port."""
    try:
        parts = parse_dsn(url)
    except (psycopg2.Error, UnicodeError):
        return False
    # With an @ or a / in the password, a part of it is parsed as host or port, which error messages quote.
    ports = [port for port in str(parts.get("port", "")).split(",") if port]
    return "@" not in str(parts.get("host", ""))[1:] and all(port.isdecimal() for port in ports)


def is_redis(url: str) -> bool:
    """Returns whether redis-py understands the URL, and its database is a number."""
    try:
        ConnectionPool.from_url(url).make_connection()  # does not connect yet
        parts = urlsplit(url)
    except (ValueError, TypeError):  # an invalid port or option
        return False
    return parts.scheme == "unix" or re.fullmatch(r"/?\d*", parts.path) is not None  # otherwise the library uses 0


def read_origin(text: str) -> str | None:
    """Returns an origin as browsers write it: lower case, IDNA, no default port (RFC 6454 §6.2).

    Returns None for text that is no browser's origin.
    """
    try:
        if not ORIGIN.fullmatch(text):
            return None
        url = URL(text)
        host = url.raw_host or ""
        if not url.host or not url.port or not HOST.fullmatch(host):  # `url.host` decodes IDNA
            return None
        if ENDS_IN_NUMBER.search(host):
            IPv4Address(host.removesuffix("."))
    except ValueError:
        return None
    return f"{url.scheme}://{url.host_port_subcomponent}"


def reachable(host: str) -> str:
    """Returns the host to connect to for a server that listens on this host, which may mean all addresses."""
    return ALL_ADDRESSES.get(host, host)


def origin_of(host: str, port: int) -> str | None:
    """Returns the origin under which a server on this host and port is reached; None for an invalid host."""
    host = reachable(host)
    return read_origin(f"http://{f'[{host}]' if ':' in host else host}:{port}")


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Parses an IP address without brackets, port and zone (RFC 7239 §6); returns IPv4 for IPv4-mapped IPv6.

    Returns None for anything else.
    """
    parts = NODE.fullmatch(text.strip().strip('"'))
    try:
        address = ip_address((parts[1] or parts[2] or parts[3]) if parts else "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address


def read_network(text: str) -> str | None:
    """Returns the normal form of `unix`, an address, or a network like 10.0.0.0/8; None for anything else."""
    name = re.sub(r"^\[(.+)\](?=/|$)", r"\1", text)
    try:
        return name if name == UNIX else str(ip_network(name))
    except ValueError:
        return None
