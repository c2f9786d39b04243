"""Sends requests to addresses that others name.

Each address that is connected to must be public: the check is where the socket is made, after the name was resolved, so
that a name cannot mean one address when it is checked and another one later. No redirect is followed, no proxy of the
environment is used, and little of an answer is read. Replaces libraries that patch resolvers: aiohttp's connector asks
for each socket.
"""

import errno
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from time import time
from typing import NamedTuple

import aiohttp
from aiohttp import AddrInfoType
from yarl import URL

from chatserver import __version__
from chatserver.courier.addresses import is_public

MOST = 65_536  # bytes of an answer that are read
IDLE = 2.0  # seconds for which a connection waits for the next request
DAY = 86_400.0  # seconds; the longest time that an answer can ask us to wait
NOT_PUBLIC = "its address is not public"


class NoAnswer(Exception):
    """Nobody answered; the text says why, in a few words for the log."""


class Answer(NamedTuple):
    """An answer: its status, and for how many seconds it asks us to wait, 0 if it does not."""

    status: int
    retry_after: float


class Outside:
    """Sends requests to public addresses only, but for URLs that `is_trusted`. Must be made while a loop runs."""

    def __init__(self, is_trusted: Callable[[URL], bool], timeout: float) -> None:
        self._is_trusted = is_trusted
        self._timeout = timeout
        self._public = _session(timeout, _public_socket)
        self._anywhere = _session(timeout, _socket)

    async def post(self, url: URL, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Returns the answer to a POST, a redirect as it is. Raises NoAnswer."""
        session = self._anywhere if self._is_trusted(url) else self._public
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                with suppress(aiohttp.ClientError, TimeoutError):
                    await _read(response)
                return Answer(response.status, _seconds(response.headers.get("Retry-After", "")))
        except TimeoutError:
            raise NoAnswer(f"no answer within {self._timeout:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NoAnswer(_reason(error)) from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._public.close()
        await self._anywhere.close()


def _session(timeout: float, make_socket: Callable[[AddrInfoType], socket.socket]) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(socket_factory=make_socket, use_dns_cache=False, keepalive_timeout=IDLE, limit=0)
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(timeout),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": f"chatserver/{__version__}"},
        auto_decompress=False,
        trust_env=False,
    )


def _public_socket(found: AddrInfoType) -> socket.socket:
    if not is_public(str(found[4][0])):
        raise OSError(errno.EACCES, NOT_PUBLIC)
    return _socket(found)


def _socket(found: AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = found
    return socket.socket(family=family, type=kind, proto=protocol)


async def _read(response: aiohttp.ClientResponse) -> None:
    """Reads the answer, so that its connection can be used again; what is longer closes it."""
    left = MOST
    while left > 0 and (part := await response.content.read(left)):
        left -= len(part)


def _seconds(retry_after: str) -> float:
    """Returns the seconds of a Retry-After header (RFC 9110 §10.2.3), at most a day; 0 for anything else."""
    if retry_after.isascii() and retry_after.isdecimal():
        return min(float(retry_after), DAY)
    with suppress(ValueError, OverflowError):
        return min(max(parsedate_to_datetime(retry_after).timestamp() - time(), 0), DAY)
    return 0


def _reason(error: Exception) -> str:
    """Returns a few words that quote no URL, which may hold a secret."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name is not known"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not valid"
    if isinstance(error, aiohttp.ClientConnectorError):
        failed = str(error.os_error)
        return NOT_PUBLIC if NOT_PUBLIC in failed else f"no connection: {error.os_error.strerror or failed}"
    return f"no answer: {type(error).__name__}"
