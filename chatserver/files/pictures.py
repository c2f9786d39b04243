"""Recognizes pictures by their content, and has each encoded anew by `picture_process.py`, a few at a time."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import IO, NamedTuple

from chatserver.config.settings import Config
from chatserver.errors import ChatError
from chatserver.files.threads import in_thread

PROCESS = Path(__file__).with_name("picture_process.py")  # not imported here: Pillow takes memory
TOO_LONG, FULL = 4, 5  # its exit statuses for an animation over the limits, and for a full disk
TYPE = "image/webp"
AT_ONCE = 1  # in this process, since each fills a core
WAITING = 20  # pictures, or about 15 seconds
RETRY_AFTER = 10  # seconds
PATIENCE = 120  # seconds for one picture on a busy machine; its CPU time has a limit of its own
HEAD = 64  # bytes that tell what a file is
# The signals of a process that was ended from outside, as by the system when memory is short: not the picture's fault.
FROM_OUTSIDE = {-9, -15}


class Picture(NamedTuple):
    """A picture as it is shown, in WebP; the sizes in pixels."""

    width: int
    height: int
    animated: bool


def is_picture(head: bytes) -> bool:
    """Returns whether a file that begins so claims to be JPEG, PNG, GIF, WebP or AVIF."""
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        return True
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    brands = head[8 : int.from_bytes(head[:4], "big")]
    return head[4:8] == b"ftyp" and (b"avif" in brands or b"avis" in brands)


class Pictures:
    """Encodes pictures one after the other."""

    def __init__(self, config: Config) -> None:
        self._limits = [str(config.max_pixels), str(config.max_frames)]
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def encode(self, source: IO[bytes], shown: IO[bytes], small: IO[bytes]) -> Picture | None:
        """Writes the picture as it is shown, and a small still of it, to two empty files, both in WebP.

        Returns None for an animation over the limits, which stays the file that it is.

        Raises ChatError `bad_picture` if it cannot be decoded to its end or has too many pixels, `unavailable` if too
        many are waiting, OSError.
        """
        if self._waiting >= WAITING:
            raise ChatError("unavailable", RETRY_AFTER)
        self._waiting += 1
        try:
            async with self._turns:
                return await in_thread(self._encode, source, shown, small)
        finally:
            self._waiting -= 1

    def _encode(self, source: IO[bytes], shown: IO[bytes], small: IO[bytes]) -> Picture | None:
        source.seek(0)  # for the process as well, which shares the place
        files = [file.fileno() for file in (source, shown, small)]
        command = [sys.executable, "-I", str(PROCESS), *map(str, files), *self._limits]
        try:
            # S603: the command is ours, and strangers' bytes come by a descriptor.
            ended = subprocess.run(  # noqa: S603
                command, pass_fds=files, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            ended = subprocess.CompletedProcess(command, -9)
        if ended.returncode == 0:
            found = json.loads(ended.stdout)
            return Picture(found["width"], found["height"], found["animated"])
        if ended.returncode == TOO_LONG:
            return None
        if ended.returncode == FULL:
            raise ChatError("no_room")
        raise ChatError("unavailable", RETRY_AFTER) if ended.returncode in FROM_OUTSIDE else ChatError("bad_picture")
