"""Encodes one picture anew, in a process of its own with limits: what strangers upload is decoded only here.

It is run as a script and imports nothing of ours. Its arguments are the descriptors of the source and of the two files
to write, and the limits; it prints what the picture is as JSON, or ends with `BAD`, `TOO_LONG` or `FULL` (the disk).
The metadata that Pillow would carry over (ICC profiles, comments) goes with `info`; EXIF and XMP are written only if
they are given.
"""

import errno
import json
import math
import os
import resource
import sys
from io import BytesIO
from typing import IO, Any

os.nice(19)  # behind whatever serves people; before Pillow, whose import takes as long as many a picture

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, PngImagePlugin  # noqa: E402

BAD, TOO_LONG, FULL = 3, 4, 5
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MEMORY, SECONDS, GRACE = 1024 * 1024**2, 20, 5  # bytes of addresses; seconds of CPU, and until it is killed
SHOWN_PIXELS, SHOWN_EDGE = 16 * 1024**2, 16383  # the edge is WebP's longest
SMALL_EDGE = 480
FRAME_PIXELS = 100_000_000  # of all frames of an animation together
TURNED_PIXELS = 25_000_000  # likewise, of one that must be turned or converted: all its frames are in memory
SHORTEST, INSTEAD = 10, 100  # milliseconds: browsers show shorter frames for that long


def main(source: int, shown: int, small: int, max_pixels: int, max_frames: int) -> int:
    """Encodes the picture in `source`. Returns the exit status."""
    _limit()
    try:
        with os.fdopen(source, "rb") as read, os.fdopen(shown, "wb") as write, os.fdopen(small, "wb") as write_small:
            found = _encode(read, write, write_small, max_pixels, max_frames)
    except Exception as error:  # whatever a decoder raises, the picture is bad
        is_full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        return FULL if is_full else BAD
    if found is None:
        return TOO_LONG
    print(json.dumps(found))
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + GRACE))  # ends it by SIGXCPU
    for limit, most in (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 32):
        resource.setrlimit(limit, (most, most))


def _encode(
    source: IO[bytes], shown: IO[bytes], small: IO[bytes], max_pixels: int, max_frames: int
) -> dict[str, Any] | None:
    """Writes the picture and a small one. Returns its size, None for an animation that is too long.

    Raises whatever Pillow raises.
    """
    Image.MAX_IMAGE_PIXELS = None  # ours counts
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    PngImagePlugin.MAX_TEXT_MEMORY = 1024**2
    picture = Image.open(source, formats=FORMATS)
    if max_pixels and picture.width * picture.height > max_pixels:
        raise ValueError("too many pixels")
    if picture.format not in {"JPEG", "MPO"} and getattr(picture, "is_animated", False):  # MPO: other views, not frames
        return _encode_animation(picture, shown, small, max_frames)
    still = _prepared(picture, SHOWN_PIXELS)
    _save(still, shown, is_lossless=picture.format in {"PNG", "GIF"})
    _save(_shrunk(still, edge=SMALL_EDGE), small, is_lossless=False)
    return {"width": still.width, "height": still.height, "animated": False}


def _prepared(picture: Any, most: int) -> Any:
    """Returns a picture of at most `most` pixels that is upright, in sRGB and without metadata."""
    if picture.format in {"JPEG", "MPO"}:
        edge = int(max(picture.size) * min(1, math.sqrt(most / (picture.width * picture.height))))
        picture.draft(None, (edge * 3 // 4, edge * 3 // 4))  # decodes very large ones at half the size
    picture.load()
    profile, has_alpha = picture.info.get("icc_profile"), picture.has_transparency_data
    still = _shrunk(picture, pixels=most)
    ImageOps.exif_transpose(still, in_place=True)
    still = _in_srgb(still, profile, "RGBA" if has_alpha else "RGB")
    still.info = {}
    return still


def _shrunk(picture: Any, pixels: int = 0, edge: int = SHOWN_EDGE) -> Any:
    """Returns the picture, or a smaller one."""
    scale = min(1, edge / max(picture.size))
    if pixels:
        scale = min(scale, math.sqrt(pixels / (picture.width * picture.height)))
    if scale == 1:
        return picture
    if picture.mode in {"P", "1", "PA"}:  # their numbers are no colors
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
    smaller = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    smaller.info = picture.info
    return smaller


def _in_srgb(picture: Any, profile: bytes | None, mode: str) -> Any:
    if picture.mode.startswith("I"):  # 16 bits: Pillow would cut off all that is brighter than 255
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "L"}:
        try:
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            mode_of_result = "RGBA" if picture.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(
                picture, given, ImageCms.createProfile("sRGB"), outputMode=mode_of_result
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a broken profile, or one for other colors
        picture = converted or picture
    return picture if picture.mode == mode else picture.convert(mode)


def _save(picture: Any, file: IO[bytes], *, is_lossless: bool) -> None:
    how = {"lossless": True, "quality": 20} if is_lossless else {"quality": 80}
    picture.save(file, "WEBP", method=0, exif=b"", xmp=b"", icc_profile=b"", **how)


def _encode_animation(picture: Any, shown: IO[bytes], small: IO[bytes], max_frames: int) -> dict[str, Any] | None:
    """Writes an animation frame by frame, and its first frame as the small picture."""
    pixels = picture.n_frames * picture.width * picture.height
    is_turned = picture.getexif().get(0x0112, 1) != 1 or "icc_profile" in picture.info
    if (max_frames and picture.n_frames > max_frames) or pixels > (TURNED_PIXELS if is_turned else FRAME_PIXELS):
        return None
    if max(picture.size) > SHOWN_EDGE:
        return None
    times, frames = [], []
    for number in range(picture.n_frames):
        picture.seek(number)
        picture.load()
        times.append(_duration(picture))
        if number == 0:
            still = _prepared(picture.copy(), SHOWN_PIXELS)
            loop = picture.info.get("loop", 1)
        if is_turned:
            frames.append(_prepared(picture.copy(), SHOWN_PIXELS))
    picture.seek(0)
    first, *rest = frames or [picture]
    first.save(
        shown, "WEBP", save_all=True, append_images=rest, duration=times, loop=loop, method=0, quality=80,
        background=(0, 0, 0, 0), exif=b"", xmp=b"", icc_profile=b"",
    )  # fmt: skip
    _save(_shrunk(still, edge=SMALL_EDGE), small, is_lossless=False)
    return {"width": still.width, "height": still.height, "animated": True}


def _duration(frame: Any) -> int:
    """Returns how long a frame is shown, in milliseconds."""
    given = frame.info.get("duration", 0)
    return int(given) if given > SHORTEST else INSTEAD


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
