"""Tells public addresses from others, however they are written: nothing is sent to what lies behind our own doors.

`is_global` counts multicast and the addresses of translators as global, so it is not enough. Ranges: IANA's
special-purpose registries; translators: RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

NAT64 = IPv6Network("64:ff9b::/96")
SPECIAL = (ip_network("192.0.0.0/24"), ip_network("3fff::/20"))  # global to Python 3.11


def is_public(text: str) -> bool:
    """Returns whether an IP address is one of the public internet, and so is each address inside it."""
    address = ip_address(text.partition("%")[0])  # without the zone of a link-local address
    return all(map(_is_public, _inside(address) or [address]))


def literal_address(host: str) -> str | None:
    """Returns the IP address that a host of a URL is, in any form that resolvers take: `127.1`, `0x7f000001`, `[::1]`.

    Also of `localhost`, which is known without asking. Returns None for other names.
    """
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1"
    with suppress(ValueError):
        return str(ip_address(name.strip("[]").partition("%")[0]))
    with suppress(OSError, ValueError):
        return socket.inet_ntoa(socket.inet_aton(name))
    return None


def _inside(address: IPv4Address | IPv6Address) -> Sequence[IPv4Address | IPv6Address]:
    """Returns the IPv4 addresses to which a translator would pass on what is sent to an IPv6 address."""
    if isinstance(address, IPv4Address):
        return []
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    one = address.ipv4_mapped or address.sixtofour
    return [one] if one else address.teredo or ()


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    special = address.is_multicast or address.is_reserved or site_local or any(address in each for each in SPECIAL)
    return address.is_global and not special
