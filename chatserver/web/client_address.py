"""The client's address of a request that came through proxies.

Replaces aiohttp-remotes, which counts proxies instead of naming them, and supports neither Unix sockets nor ports in
`X-Forwarded-For`.
"""

import logging
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from aiohttp import web

from chatserver.config.urls import UNIX, read_address
from chatserver.web.app_keys import CONFIG, NOTICES

log = logging.getLogger(__name__)


def client_address(request: web.Request) -> str:
    """Returns the user's address: `X-Forwarded-For` counts only as far as trusted proxies wrote it.

    Reads from the right, since everything left of the first untrusted address may be forged. Stops with a warning at an
    entry that is not an address: all users behind the proxy that wrote it then count as one.
    """
    trusted = request.app[CONFIG].trusted_proxies
    address = _peer(request.remote or "")  # None: a Unix socket
    _warn_of_strangers(request, address)
    for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
        if not _is_trusted(address, trusted) or not hop.strip():
            break
        before = read_address(hop)
        if before is None:
            sentence = "The proxy at %s forwarded for %r, which is no address: all who come that way count as one."
            request.app[NOTICES].warn(log, "no address", sentence, address or UNIX, hop.strip()[:60])
            break
        address = before
    return str(address or "")


def client_network(request: web.Request) -> str:
    """Returns the unit that limits count: an IPv4 address, or an IPv6 /64, since one customer usually has all of it."""
    peer, address = _peer(request.remote or ""), read_address(client_address(request))
    if "X-Forwarded-For" not in request.headers and _is_trusted(peer, request.app[CONFIG].trusted_proxies):
        sentence = "The proxy at %s sends no X-Forwarded-For: all who come through it count as one."
        request.app[NOTICES].warn(log, "not forwarded", sentence, peer or UNIX)
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address or "")


def _warn_of_strangers(request: web.Request, peer: IPv4Address | IPv6Address | None) -> None:
    """Warns of the header from an untrusted peer, once for each kind: anybody can send this header."""
    if "X-Forwarded-For" in request.headers and not _is_trusted(peer, request.app[CONFIG].trusted_proxies):
        about = "forwarded by a stranger", peer is not None and peer.is_global
        sentence = "X-Forwarded-For from %s does not count: if a proxy of yours is there, name it in TRUSTED_PROXIES."
        request.app[NOTICES].warn(log, about, sentence, peer or UNIX)


_peer = lru_cache(1024)(read_address)  # proxies keep their addresses; what a header says is not kept


@lru_cache
def _networks(names: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(name) for name in names if name != UNIX]


@lru_cache(1024)
def _is_trusted(address: IPv4Address | IPv6Address | None, trusted: tuple[str, ...]) -> bool:
    if address is None:
        return UNIX in trusted
    spellings = (address, IPv6Address(f"::ffff:{address}")) if isinstance(address, IPv4Address) else (address,)
    return any(spelling in network for spelling in spellings for network in _networks(trusted))
