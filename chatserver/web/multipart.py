"""Reads a form with files part by part, so that no file is in memory.

aiohttp's own `post()` has one limit for the whole body, and spools every file, also one that is too large.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from aiohttp import BodyPartReader, web

from chatserver.errors import ChatError
from chatserver.web.bodies import BROKEN, MOST_FIELDS, keep_pairs

CHUNK = 64 * 1024  # bytes

# Takes the name and the type that the browser gives, and the bytes. May leave bytes unread, or raise ChatError.
TakeFile = Callable[[str, str, AsyncIterator[bytes]], Awaitable[None]]


async def read_parts(request: web.Request, most_text: int, most: int, take_file: TakeFile) -> None:
    """Reads a multipart form: `read_form_pairs` then returns its texts, of `most_text` bytes in all.

    `take_file` takes each file that was chosen. The body has at most `most` bytes (0 = no limit, both).
    Raises ChatError `bad_frame`, `bad_text`, `too_big`; and what `take_file` raises.
    """
    pairs: list[tuple[str, str]] = []
    left = Allowance(most_text)
    body = Allowance(most)
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or len(pairs) >= MOST_FIELDS:
                raise ChatError("bad_frame")
            async with aclosing(_chunks(part, body)) as chunks:
                if part.filename is None:
                    content = b"".join([left.take(chunk) async for chunk in chunks])
                    pairs.append((part.name or "", content.decode(part.get_charset(default="utf-8"))))
                elif part.filename and part.name == "file":
                    await take_file(part.filename, part.headers.get("Content-Type", ""), chunks)
            async for _ in _chunks(part, body):
                pass  # what was not wanted
    except UnicodeError:
        raise ChatError("bad_text") from None
    except BROKEN:
        raise ChatError("bad_frame") from None
    keep_pairs(request, pairs)


class Allowance:
    """Counts bytes, of which `most` are allowed (0 = no limit)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def take(self, chunk: bytes) -> bytes:
        """Returns the chunk. Raises ChatError `too_big`."""
        self._taken += len(chunk)
        if 0 < self._most < self._taken:
            raise ChatError("too_big")
        return chunk


async def _chunks(part: BodyPartReader, body: Allowance) -> AsyncGenerator[bytes]:
    while chunk := await part.read_chunk(CHUNK):
        yield body.take(chunk)
