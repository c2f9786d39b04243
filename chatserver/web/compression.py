"""Compresses pages and JSON: a page of 100 messages shrinks from 43 KB to 10 KB, for 0.5 ms of CPU.

An attacker who sees the sizes of a user's pages, and can place guesses in them (as messages), could read a secret of
the same page bit by bit (BREACH, CVE-2013-3587). So each response is longer by a random number of bytes, in a file
name in the gzip header (Heal the Breach, as in Django's GZipMiddleware), and no CSRF token is sent twice (`csrf.py`).
Replaces aiohttp's `enable_compression`, which does neither and reads `gzip;q=0` as consent.
"""

import gzip
import re
import secrets

from aiohttp import web
from aiohttp.typedefs import Handler

LEVEL = 4  # for that page, level 3 is 5 % larger in 0.3 ms, level 6 is 2 % smaller in 0.7 ms, 9 is 4 % in 1.2 ms
SMALLEST = 1024  # bytes: a smaller body fits one packet anyway
MAX_PADDING = 100  # bytes
TYPES = {"text/html", "application/json"}
HEADER = 10  # bytes, without the optional fields (RFC 1952 §2.3)
FLAGS, FNAME = 3, 8  # the offset of the flags, and the flag for a file name
_CODINGS = {
    coding: re.compile(rf"(?:^|,)\s*{names}\s*(?:;\s*q=([\d.]+)\s*)?(?=,|$)", re.ASCII | re.IGNORECASE)
    for coding, names in {"gzip": "(?:x-)?gzip", "br": "br"}.items()
}


@web.middleware
async def compress(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Compresses pages and JSON for clients that accept it. Static files are compressed already; the rest is short."""
    response = await handler(request)
    if isinstance(response, web.Response) and response.content_type in TYPES:
        response.headers["Vary"] = "Accept-Encoding"
        body = response.body
        if isinstance(body, bytes) and len(body) > SMALLEST and accepts(request, "gzip"):
            response.body = _padded(gzip.compress(body, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
    return response


def accepts(request: web.Request, coding: str) -> bool:
    """Returns whether the client names `gzip` or `br` and does not refuse it (RFC 9110 §12.5.3)."""
    found = _CODINGS[coding].search(request.headers.get("Accept-Encoding", ""))
    return found is not None and (found[1] or "1").strip("0.") != ""


def _padded(compressed: bytes) -> bytes:
    """Adds a file name of random length to the gzip header."""
    header = bytearray(compressed[:HEADER])
    header[FLAGS] |= FNAME
    return bytes(header) + b"a" * secrets.randbelow(MAX_PADDING + 1) + b"\0" + compressed[HEADER:]
