"""The addresses of `make run`: whether they are free, and how browsers reach them."""

import errno
import socket
from contextlib import suppress

from chatserver.config.settings import Config
from chatserver.config.urls import LAST_PORT, origin_of
from chatserver.development.embedded import end_orphans
from chatserver.errors import CommandError

FIRST_FREE_PORT = 1024


class AddressError(CommandError):
    """The address is unavailable; one sentence."""


def check_address(config: Config) -> None:
    """Raises AddressError unless the web process can listen on all its addresses."""
    try:
        _try_to_listen(config.host, config.port)
    except AddressError:
        if not end_orphans(config.data_dir):
            raise
        _try_to_listen(config.host, config.port)
    if config.metrics_port:
        _try_to_listen(config.metrics_host, config.metrics_port, "METRICS_")


def _try_to_listen(host: str, port: int, setting: str = "") -> None:
    """Tries every address of a host, since `localhost` may have two; `setting` is the prefix of its settings' names."""
    try:
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, socket.SOCK_STREAM) as server:
                if family == socket.AF_INET6:
                    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # as asyncio does
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(address)
                server.listen()
    except (socket.gaierror, UnicodeError):
        raise AddressError(f"{setting}HOST={host} is no address of this machine.") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise AddressError(f"{setting}HOST={host} is no address of this machine.") from None
        other = f"take another: make run {setting}PORT={_another(port)}"
        raise AddressError(
            f"Port {port} of {host} cannot be had ({error.strerror}): "
            + (other if error.errno == errno.EACCES else f"stop what uses it, or {other}")
        ) from None


def _another(port: int) -> int:
    """Returns another port to suggest, one that needs no root: not below 1024."""
    return port + 1 if FIRST_FREE_PORT <= port < LAST_PORT else Config.port


def addresses_of(config: Config) -> str:
    """Returns the addresses for browsers: on this machine, and in its network if the server listens there."""
    here, there = origin_of(config.host, config.port), _network_address(config.host)
    return f"{here}, for other devices at {origin_of(there, config.port)}" if there else str(here)


def _network_address(host: str) -> str | None:
    """Returns this machine's address in its network; None without one, or if the host is a single address.

    Sends nothing: connecting a UDP socket only selects a route, here to a documentation network (RFC 5737, 3849).
    """
    elsewhere = {"0.0.0.0": "198.51.100.1", "::": "2001:db8::1"}.get(host)  # noqa: S104
    if elsewhere is None:
        return None
    with suppress(OSError), socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((elsewhere, 9))
        return str(way.getsockname()[0])
    return None
