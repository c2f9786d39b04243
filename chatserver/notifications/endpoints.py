"""Which push services we send to: endpoints are addresses that a browser names, and so anybody."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

MAX_CHARS = 1024
PORTS = {"https": 443, "http": 80}


def is_endpoint(url: str, hosts: Collection[str]) -> bool:
    """Tells whether we send to this endpoint: https on port 443, at one of `PUSH_HOSTS`, at no private address.

    A host with a port is a push service of one's own: it needs neither TLS nor a public address. What a name leads to
    is looked at when we connect.
    """
    if len(url) > MAX_CHARS or not url.isascii() or not url.isprintable() or any(sign in url for sign in ' "<>\\^`{|}'):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = PORTS.get(parts.scheme) if parts.port is None else parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or parts.fragment or not host:
        return False
    if parts.scheme in PORTS and f"{host}:{port}" in hosts:
        return True
    return parts.scheme == "https" and port == PORTS["https"] and _is_public(host) and _is_listed(host, hosts)


def _is_public(host: str) -> bool:
    """Tells whether a host is a name, or a public address in its one usual spelling."""
    last = host.rstrip(".").rpartition(".")[2]
    if ":" not in host and not last[:1].isdigit():
        return "%" not in host and "." in host.rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:  # such as 2130706433, 0x7f.1 or 127.1, which browsers read as addresses (WHATWG URL §3.5)
        return False
    return address.is_global and not address.is_multicast


def _is_listed(host: str, hosts: Collection[str]) -> bool:
    return any(listed in {"*", host} or (listed.startswith("*.") and host.endswith(listed[1:])) for listed in hosts)
