"""Whose request it is when proxies stand before us."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

from chatserver.keys import CONFIG

UNIX = "unix"  # in TRUSTED_PROXIES: whoever may connect to our Unix socket, where a peer has no address


def client_address(request: web.Request) -> str:
    """The address of the person's end: `X-Forwarded-For` counts only as far as trusted proxies wrote it.

    Read from the right, since everything left of the first address that we don't trust may be forged.
    """
    trusted = request.app[CONFIG].trusted_proxies
    address = request.remote or ""
    for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
        if not _is_trusted(address, trusted) or not hop.strip():
            break
        address = hop.strip()
    return address if _is_address(address) else request.remote or ""


def client_network(request: web.Request) -> str:
    """What counts as one address for limits: of IPv6 a /64, which whoever has one of its addresses has all of."""
    text = client_address(request)
    address = ip_address(text) if _is_address(text) else None
    if not isinstance(address, IPv6Address):
        return text
    return str(address.ipv4_mapped or ip_network((address.packed[:8] + bytes(8), 64)))


@lru_cache
def _networks(names: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(name) for name in names if name != UNIX]


def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    if not address:
        return UNIX in trusted
    return _is_address(address) and any(ip_address(address) in network for network in _networks(trusted))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
