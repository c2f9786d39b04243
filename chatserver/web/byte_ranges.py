"""Sends stored bytes, whole or a range (RFC 9110 §14): files of a disk by aiohttp's FileResponse, others in chunks.

Several ranges, and other units than bytes, are ignored: the client gets everything.
"""

import logging
import re
from pathlib import Path
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from chatserver.errors import Unavailable
from chatserver.files.storage import Storage
from chatserver.files.threads import in_thread

log = logging.getLogger(__name__)

ONE_RANGE = re.compile(r"bytes=(\d+-\d*|-\d+)")


class DiskFile(web.FileResponse):
    """Sends a file. aiohttp itself refuses the ranges to be ignored, and takes every ETag in `If-Range` for a match."""

    def __init__(self, path: Path, headers: dict[str, str]) -> None:
        super().__init__(path, headers=headers)
        self._file = path

    async def prepare(self, request: web.BaseRequest) -> Any:
        """Sends the head and the bytes."""
        if "Range" in request.headers and not await self._gets_a_range(request):
            others = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() != "range")
            request = request.clone(headers=others)
        return await super().prepare(request)

    async def _gets_a_range(self, request: web.BaseRequest) -> bool:
        if not ONE_RANGE.fullmatch(request.headers["Range"]):
            return False
        known = request.headers.get("If-Range", "")
        if not known.endswith('"'):  # a date, as aiohttp reads it
            return True
        try:
            file = await in_thread(self._file.stat)
        except OSError:
            return False
        return known == f'"{file.st_mtime_ns:x}-{file.st_size:x}"'  # as aiohttp makes it


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
    asks_for_one = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if not asks_for_one or request.headers.get("If-Range", f'"{key}"') != f'"{key}"':
        return 0, size
    try:
        asked = request.http_range
    except ValueError:
        return None
    start, end, _ = asked.indices(size)
    return (start, end) if start < end else None
