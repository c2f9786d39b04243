"""Sends stored bytes in chunks, whole or a range (RFC 9110 §14), as aiohttp's FileResponse does for files of a disk."""

import logging

from aiohttp import web

from chatserver.errors import Unavailable
from chatserver.files.storage import Storage

log = logging.getLogger(__name__)


async def send_chunks(
    request: web.Request, storage: Storage, key: str, size: int, headers: dict[str, str]
) -> web.StreamResponse:
    """Sends the bytes under a key, of which there are `size`; 304 if the client has them. Raises Unavailable.

    The key is the ETag, since its bytes never change. What breaks off is shorter than announced, which clients notice.
    """
    response = web.StreamResponse(headers=headers | {"Accept-Ranges": "bytes"})
    response.etag = key
    if any(tag.value in {key, "*"} for tag in request.if_none_match or ()):
        response.set_status(304)
        await response.prepare(request)
        return response
    asked = _range(request, key, size)
    if asked is None:
        response.set_status(416)
        response.headers["Content-Range"] = f"bytes */{size}"
        response.content_length = 0
        await response.prepare(request)
        return response
    if asked != (0, size):
        response.set_status(206)
        response.headers["Content-Range"] = f"bytes {asked[0]}-{asked[1] - 1}/{size}"
    response.content_length = asked[1] - asked[0]
    stored = await storage.open(key, *asked)
    await response.prepare(request)
    try:
        if request.method == "GET" and stored.chunks is not None:
            async for chunk in stored.chunks:
                await response.write(chunk)
        await response.write_eof()
    except (Unavailable, ConnectionError) as error:  # too late for another response
        log.info("a download broke off: %s", error)
        if request.transport is not None:
            request.transport.abort()
    return response


def _range(request: web.Request, key: str, size: int) -> tuple[int, int] | None:
    """Returns the first byte and the one behind the last; None for a range that is not there."""
    if request.headers.get("If-Range", f'"{key}"') != f'"{key}"':
        return 0, size
    try:
        asked = request.http_range
    except ValueError:
        return None
    start, end, _ = asked.indices(size)
    return (start, end) if start < end else None
